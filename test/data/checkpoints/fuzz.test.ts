import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CheckpointError } from '../../../src-main/data/checkpoints/errors'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { tensorsOf } from '../../../src-main/science/models/net'
import { golden } from './golden'

let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'w2s-fuzz-'))
  for (const name of ['tiny-gpt2', 'tiny-neox', 'tiny-bert', 'gguf'])
    await cp(golden(name), path.join(root, name), { recursive: true })
})
afterAll(() => rm(root, { recursive: true }))

/** Numbers that lie well: sizes beyond the file, beyond the memory, beyond what is exact. */
const LIES = [0n, 1n, 255n, 1n << 20n, 1n << 31n, 1n << 32n, 1n << 40n, 1n << 53n, (1n << 63n) - 1n, (1n << 64n) - 1n]

const damage = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('bit' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bit: fc.nat(7),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('lie' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      lie: fc.constantFrom(...LIES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.double({ min: 0, max: 1, noNaN: true }) }),
  },
)

/** @param reach the part of the file, from its start, that is damaged */
function damaged(
  sound: Buffer,
  damages: readonly (typeof damage extends fc.Arbitrary<infer D> ? D : never)[],
  reach: number,
): Buffer {
  let bytes = Buffer.from(sound)
  for (const d of damages) {
    const at = Math.floor(d.at * Math.min(reach, bytes.length - 1))
    if (d.kind === 'cut') bytes = bytes.subarray(0, Math.floor(d.at * bytes.length))
    else if (d.kind === 'bit') bytes[at] = (bytes[at] ?? 0) ^ (1 << d.bit)
    else if (at + 8 <= bytes.length) bytes.writeBigUInt64LE(d.lie, at)
  }
  return bytes
}

describe('a damaged file is read or refused, and never in another way', () => {
  it.each([
    ['safetensors', 'tiny-gpt2', 'model.safetensors', 2_600],
    ['a shard', 'tiny-neox', 'model-00001-of-00002.safetensors', 2_600],
    ['an index', 'tiny-neox', 'model.safetensors.index.json', 2_500],
    ['a config', 'tiny-gpt2', 'config.json', 1_000],
    ['a tokenizer', 'tiny-gpt2', 'tokenizer.json', 8_000],
    ['GGUF', 'gguf', 'llama.gguf', 12_000],
    ['GGUF of another kind', 'gguf', 'bert.gguf', 10_000],
    ['ONNX', 'tiny-bert/onnx', 'model.onnx', 95_000],
  ])('%s', { timeout: 120_000 }, async (_what, folder, name, reach) => {
    const file = path.join(root, folder, name)
    const sound = await readFile(file)
    const where = folder === 'gguf' || folder.endsWith('onnx') ? file : path.dirname(file)
    let refused = 0
    await fc.assert(
      fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
        await writeFile(file, damaged(sound, damages, reach))
        const result = await loadPretrained(where).catch((error: unknown) => error)
        if (result instanceof Error) {
          refused++
          expect(result, result.stack).toBeInstanceOf(CheckpointError)
          expect(result.message).toMatch(/^[^:]+: .*expected [\s\S]+, got /)
        } else {
          const { spec, weights } = result as Awaited<ReturnType<typeof loadPretrained>>
          expect(weights.map(({ name, shape }) => ({ name, shape }))).toEqual(
            tensorsOf(spec).map(({ name, shape }) => ({ name, shape })),
          )
        }
      }),
      { numRuns: 150 },
    )
    await writeFile(file, sound)
    expect(refused).toBeGreaterThan(10)
  })
})
