import { describe, expect, test } from 'vitest'
import { loadBackend } from '../../src-main/engine/backends'
import { peakOf } from '../../src-main/engine/backends/native/peak'
import { createGate } from '../../src-main/engine/gate'
import type { EngineEvent } from '../../src-main/engine/protocol'
import { tallying } from '../../src-main/engine/tally'
import { watchUse } from '../../src-main/engine/use'
import { zeros } from '../../src-main/science/maths/matrix'
import type { TransformerSpec } from '../../src-main/science/models/net'
import { neededOperations } from '../../src-main/science/models/operations'

const NET: TransformerSpec = {
  ...{ kind: 'transformer', vocabulary: 16, width: 8, layers: 2, heads: 2, kvHeads: 1, headSize: 4, inner: 16 },
  ...{ positions: { kind: 'learned', count: 8 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'classes', classes: 2, bias: true } },
}
/** Texts of 3 and 5 tokens. */
const OFFSETS = Int32Array.from([0, 3, 8])
// By hand: q and out 8 × 8, k and v 8 × 4, up and down 8 × 16; a token and product 2 operations; attention 2 · 8 · (9 + 25).
const BLOCK = 2 * (2 * 64 + 2 * 32 + 2 * 128) * 8 + 2 * 8 * 34

describe('operations that texts need', () => {
  test('are those of blocks and attention, thrice in training, as far down as it learns', () => {
    expect(neededOperations(NET, OFFSETS, { trained: false })).toBe(2 * BLOCK)
    expect(neededOperations(NET, OFFSETS, { trained: true })).toBe(6 * BLOCK)
    expect(neededOperations(NET, OFFSETS, { trained: true, blocks: 1 })).toBe(4 * BLOCK)
    expect(neededOperations(NET, OFFSETS, { trained: true, blocks: 0 })).toBe(2 * BLOCK)
    const both = neededOperations({ ...NET, causal: false }, OFFSETS, { trained: false })
    expect(both).toBe(2 * (BLOCK + 2 * 8 * 34))
    const writes: TransformerSpec = { ...NET, head: { kind: 'language', tied: true } }
    expect(neededOperations(writes, OFFSETS, { trained: false }) - 2 * BLOCK).toBe(2 * 8 * 16 * 8)
  })
})

test('a stage is told its tokens a second, and what that is of the limit where there is one', async () => {
  const cpu = await loadBackend('wasm')
  const peak = 1e6
  const { backend, done } = tallying({ ...cpu, peak: () => peak })
  const learner = await backend.create(NET, { seed: 0 })
  const events: EngineEvent[] = []
  const options = { key: 'k', emit: (event: EngineEvent) => events.push(event), gate: createGate(), gpu: false }
  const watch = watchUse({ ...options, done, interval: 1e6 })
  const batch = { n: 2, tokens: Int32Array.from({ length: 8 }, (_, i) => i), offsets: OFFSETS }
  await learner.gradients(batch, ({ rows, cols }) => zeros(rows, cols))
  await learner.forward(batch)
  expect(done()).toEqual({ tokens: 16, leastSeconds: (8 * BLOCK) / peak })
  await watch.stop()
  const [use] = events.flatMap((event) => (event.type === 'use' ? [event] : []))
  expect(use!.readings.tokens! * use!.seconds).toBeCloseTo(16, 6)
  expect(use!.readings.ofLimit! / use!.readings.tokens!).toBeCloseTo((8 * BLOCK) / peak / 16, 9)
  learner.dispose()

  const plain = tallying(cpu)
  const other = await plain.backend.create(NET, { seed: 0 })
  await other.forward(batch)
  expect(plain.done()).toEqual({ tokens: 8, leastSeconds: null })
  other.dispose()
})

test('the limits of cards are those that NVIDIA states, and of others none is', () => {
  const card = (name: string, compute: string, multiprocessors: number, megahertz: number) =>
    ({ ...{ uuid: '', memory: 0, free: 0 }, name, compute, multiprocessors, megahertz }) as const
  const tera = (...[of, precision]: Parameters<typeof peakOf>) => Math.round(peakOf(of, precision)! / 1e12)
  expect(tera(card('NVIDIA A100-SXM4-80GB', '8.0', 108, 1410), 'bf16')).toBe(312)
  expect(tera(card('NVIDIA H100 80GB HBM3', '9.0', 132, 1830), 'bf16')).toBe(989)
  expect(tera(card('NVIDIA GeForce RTX 4090', '8.9', 128, 2520), 'bf16')).toBe(165)
  expect(tera(card('NVIDIA GeForce RTX 4090', '8.9', 128, 2520), 'fp32')).toBe(83)
  expect(tera(card('NVIDIA A100-SXM4-80GB', '8.0', 108, 1410), 'tf32')).toBe(156)
  expect(tera(card('NVIDIA A10', '8.6', 72, 1695), 'bf16')).toBe(125)
  expect(peakOf(card('NVIDIA Next', '13.0', 200, 2000), 'bf16')).toBeNull()
  expect(peakOf(card('Fake card', '8.9', 0, 0), 'fp32')).toBeNull()
})
