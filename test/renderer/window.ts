import { render } from '@testing-library/svelte'
import type { Calls } from '../../src-preload/contract'
import App from '../../src-renderer/App.svelte'
import { createFakeBridge, type FakeBridge } from './bridge'

/** The whole window on a fake lab, at a place; `change` replaces single answers. */
export function open(hash: string, change: Partial<{ [K in keyof Calls]: Calls[K] }> = {}): FakeBridge {
  localStorage.clear()
  location.hash = hash
  const bridge = createFakeBridge(change)
  window.w2s = bridge
  render(App)
  return bridge
}

/** The calls of one name that a lab got, in order. */
export const heard = (bridge: FakeBridge, name: string) => bridge.heard.filter((call) => call.name === name)
