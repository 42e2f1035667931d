import { cleanup, screen, within } from '@testing-library/svelte'
import { afterEach, expect, it } from 'vitest'
import { CATALOG } from './bridge'
import { open } from './window'

afterEach(cleanup)

it('says once what all lines of the graph say', async () => {
  const words = (n: number) => ({ model: 'words', words: n })
  const pairs = { weak: [words(20), words(30)], strong: [words(50), words(60)], methods: [{ method: 'naive' }] }
  const [preset] = CATALOG.presets
  const presets = [{ ...preset!, spec: { ...preset!.spec, ...pairs } }]
  open('#/builder', { catalog: () => ({ ...CATALOG, presets }) })
  const graph = within(await screen.findByRole('region', { name: 'Who teaches whom' }))
  expect(await graph.findByText('Each line: Naive')).toBeTruthy()
})
