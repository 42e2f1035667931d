import { describe, expect, it } from 'vitest'
import { BLOCK_TYPES } from '../../../src-main/data/checkpoints/blocks'
import { readGolden } from './golden'

const blocks = readGolden('gguf', 'blocks.json') as Record<string, { bytes: string; values: string }>

describe('quantised blocks', () => {
  it('has reference values for every type that is read', () => {
    expect(Object.keys(blocks).sort()).toEqual(
      Object.values(BLOCK_TYPES)
        .map(({ name }) => name)
        .sort(),
    )
  })

  it.each(Object.values(BLOCK_TYPES))('$name gives the values of the gguf package', (type) => {
    const { bytes, values } = blocks[type.name]!
    const expected = new Float32Array(Uint8Array.from(Buffer.from(values, 'hex')).buffer)
    const raw = Uint8Array.from(Buffer.from(bytes, 'hex'))
    expect(raw.length / type.bytes).toBe(expected.length / type.values)
    const got = new Float32Array(expected.length)
    type.decode(raw, got)
    expect(got).toEqual(expected)
  })
})
