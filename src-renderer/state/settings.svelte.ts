import { api, messageOf } from '../lib/api'
import type { Settings } from '../lib/types'
import { toasts } from './toasts.svelte'

export const THEMES: readonly { value: Settings['theme']; label: string }[] = [
  { value: 'system', label: 'as the system' },
  { value: 'light', label: 'light' },
  { value: 'dark', label: 'dark' },
]

/** How one wants the app, as the app keeps it. */
class KeptSettings {
  value = $state.raw<Settings | null>(null)
  error = $state('')

  /** Reads them; there is nothing to stop. */
  start(): () => void {
    void this.change({})
    return () => undefined
  }

  async change(change: Partial<Settings>): Promise<void> {
    try {
      this.value = await api.settings(change)
      this.error = ''
    } catch (error) {
      this.error = messageOf(error)
      if (this.value) toasts.fail(`The setting was not kept: ${this.error}`)
    }
  }
}

export const settings = new KeptSettings()
