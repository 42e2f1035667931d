import { expect, test } from 'vitest'
import type { BackendReport } from '../../src-preload/contract'
import { describeBackend, describeCard } from '../../src-main/cli/commands/doctor'
import { unloadable } from '../../src-main/engine/backends/trial'
import { mismatches, readTables } from './documents'

type Card = NonNullable<BackendReport['card']>
const device = (n: number, name: string, why: string) => ({
  ...{ uuid: `GPU-0a1b2c3${n}-51f6-a669`, name, compute: '8.9', memory: 24e9, free: 23e9, why },
})
const SOUND = device(1, 'RTX 4090', '')
const CARD: Card = {
  ...{ driver: '550.54.14', cuda: '12.4', runtime: '12.4', devices: [SOUND], products: null, files: [], watch: null },
  table: {
    weights: 1e6,
    mirrors: 0,
    gradients: 1e6,
    moments: 2e6,
    activations: 5e6,

    free: 23e9,
    other: 0,
  },
}

function told(card: Card): string[] {
  const lines: string[] = []
  describeCard(card, { line: (text = '') => void lines.push(text) })
  return lines
}

test('of several cards each has its number and the digits that readings name it by', () => {
  const lines = told({ ...CARD, devices: [device(2, 'Tesla T4', 'Its self-test is off by 0.5.'), SOUND] })
  expect(lines).toContain('  card 1: Tesla T4 (GPU-0a1b2c32), compute 8.9, 23.0 GB of 24.0 GB free')
  expect(lines).toContain('    not used: Its self-test is off by 0.5.')
  expect(lines).toContain('  card 2: RTX 4090 (GPU-0a1b2c31), compute 8.9, 23.0 GB of 24.0 GB free')
  expect(lines.at(-1)).toMatch(/^ {2}memory of card 2: weights 1\.0 MB, /)
})

test('an only card needs neither', () => {
  const lines = told(CARD)
  expect(lines).toContain('  card: RTX 4090, compute 8.9, 23.0 GB of 24.0 GB free')
  expect(lines.at(-1)).toMatch(/^ {2}its memory: weights 1\.0 MB, /)
})

test('what a self-test found is told by what was done where no size of an error tells it', () => {
  const lines: string[] = []
  const out = { line: (text = '') => void lines.push(text), paint: (_: unknown, text: string) => text }
  const sizes = { worstError: 4e-6, tolerance: 1e-4, stepsPerSecond: 0, tokensPerSecond: 0, at: 0 }
  const tell = (selfTest: BackendReport['selfTest']) =>
    describeBackend({ ...unloadable('cuda', ''), loadable: true, selfTest }, out)
  tell({ passed: true, fault: '', ...sizes })
  expect(lines.at(-1)).toBe('  self-test passed: worst error 4.0e-6, allowed 1e-4')
  const fault = 'gave values that are missing or no numbers'
  tell({ passed: false, fault, ...sizes, worstError: NaN })
  expect(lines.at(-1)).toBe(`  self-test FAILED: ${fault}`)
  describeBackend(unloadable('cpu', 'No such symbol.'), out)
  expect(lines).toContain('  does not work: No such symbol.')
})

test('what their driver tells of cards, and who else computes there, is said with the card', () => {
  const [first, second] = [SOUND, device(2, 'Tesla T4', '')]
  const named = ({ uuid, name }: typeof first) => ({ uuid, name })
  const watch = {
    ...{ by: 'NVML' as const, why: '', troubles: [{ card: named(second), text: 'The card waits to be reset.' }] },
    programs: [
      { card: named(first), name: 'python3', bytes: 4.1e9 },
      { card: named(second), name: 'ffmpeg', bytes: null },
    ],
  }
  const lines = told({ ...CARD, devices: [first, second], watch })
  expect(lines).toContain('  watched by: NVML')
  expect(lines).toContain('  Tesla T4 (GPU-0a1b2c32): The card waits to be reset.')
  expect(lines).toContain('  RTX 4090 (GPU-0a1b2c31): python3 computes there, 4.1 GB')
  expect(lines).toContain('  Tesla T4 (GPU-0a1b2c32): ffmpeg computes there')
  expect(mismatches(readTables(), 'card', { ...CARD, devices: [first, second], watch })).toEqual([])
  expect(told({ ...CARD, watch })).toContain('  The card waits to be reset.')
})
