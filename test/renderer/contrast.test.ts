// The tokens by their contrast: letters 4.5 to 1, borders of fields 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11), light and dark.
import { describe, expect, it } from 'vitest'
import css from '../../src-renderer/styles/tokens.css?raw'

const tokensOf = (text: string) =>
  Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name!, hex!]))
const [light, dark] = css.split('@media (prefers-color-scheme: dark)').map(tokensOf) as [
  Record<string, string>,
  Record<string, string>,
]

/** Relative luminance of sRGB. */
function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * parts[0]! + 0.7152 * parts[1]! + 0.0722 * parts[2]!
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

it('is computed as WCAG has it', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2)
})

describe.each([
  ['light', light],
  ['dark', { ...light, ...dark }],
])('%s', (_scheme, tokens) => {
  it.each(['bg', 'pane', 'sunk'])('borders of fields stand out from %s', (ground) => {
    expect(contrast(tokens['field']!, tokens[ground]!)).toBeGreaterThanOrEqual(3)
  })
  it.each(['ink', 'soft', 'faint', 'ok', 'warn', 'bad'])('letters in %s can be read', (ink) => {
    for (const ground of ['bg', 'pane', 'sunk'])
      expect(contrast(tokens[ink]!, tokens[ground]!)).toBeGreaterThanOrEqual(4.5)
  })
})
