import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../src-main/data/checkpoints/safetensors'

/** A file with this header text and this many bytes of data. */
function fileOf(header: unknown, bytes: number, length?: number): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const file = new Uint8Array(8 + text.length + bytes)
  new DataView(file.buffer).setBigUint64(0, BigInt(length ?? text.length), true)
  file.set(text, 8)
  return file
}
const padded = (header: unknown) => {
  const text = JSON.stringify(header)
  return text.padEnd(Math.ceil(text.length / 8) * 8)
}
const tensor = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

describe('safetensors', () => {
  it('writes the bytes of the format', () => {
    const bytes = writeSafetensors([{ name: 'w', shape: [1, 2], data: Float32Array.of(1, -2) }])
    const header = '{"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}'
    expect(bytes.length).toBe(8 + 56 + 8)
    expect(Buffer.from(bytes).toString('latin1', 8, 64)).toBe(header.padEnd(56))
    expect([...bytes.slice(0, 8)]).toEqual([56, 0, 0, 0, 0, 0, 0, 0])
    expect([...bytes.slice(64)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
  })

  it('reads back what it wrote, whatever the names, shapes and values', () => {
    const tensors = fc.uniqueArray(
      fc
        .record({
          name: fc.string({ unit: 'binary' }),
          shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
        })
        .chain(({ name, shape }) => {
          const size = shape.reduce((a, b) => a * b, 1)
          return fc.float32Array({ minLength: size, maxLength: size }).map((data) => ({ name, shape, data }))
        }),
      { selector: (t) => t.name, maxLength: 5 },
    )
    const kept = tensors.map((all) => all.filter((t) => t.name !== '__metadata__'))
    fc.assert(
      fc.property(kept, fc.boolean(), (written, described) => {
        const bytes = writeSafetensors(written, 'F32', described ? { maker: 'test' } : {})
        const read = readSafetensors(bytes)
        const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
        expect(read.sort(byName)).toEqual([...written].sort(byName))
      }),
    )
  })

  it('halves are the nearest ones, ties to even', () => {
    const values = [0, -0, 1, -2.5, 65504, 65519.99, 65520, 1e9, -1e9, 2 ** -14, 2 ** -24, 2 ** -25, 3 * 2 ** -25]
    const halves = [0, -0, 1, -2.5, 65504, 65504, Infinity, Infinity, -Infinity, 2 ** -14, 2 ** -24, 0, 2 ** -23]
    const ties = [1 + 2 ** -11, 1 + 3 * 2 ** -11, NaN]
    const even = [1, 1 + 2 ** -9, NaN]
    const data = Float32Array.from([...values, ...ties])
    const [read] = readSafetensors(writeSafetensors([{ name: 'h', shape: [data.length], data }], 'F16'))
    expect([...read!.data]).toEqual([...halves, ...even])
  })

  it('every half survives', () => {
    const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i)
    const file = fileOf(padded({ h: tensor(0, 131_072, [65_536], 'F16') }), 0)
    const bytes = new Uint8Array([...file, ...new Uint8Array(bits.buffer)])
    const [first] = readSafetensors(bytes)
    const [second] = readSafetensors(writeSafetensors([first!], 'F16'))
    expect(second).toEqual(first)
  })

  it.each<[string, Uint8Array, string]>([
    ['no header length', new Uint8Array(5), 'x: expected at least 8 bytes of header length, got 5'],
    ['a header that is not there', fileOf({}, 0, 90), 'x: expected a header of at most 2 bytes, got 90'],
    ['a header of exabytes', fileOf({}, 0, Number.MAX_SAFE_INTEGER), 'x: expected a header of at most 2 bytes'],
    ['a header that is not JSON', fileOf('{"a":', 0), 'x: header: expected JSON, got'],
    ['a header that is a list', fileOf([], 0), 'x: expected a JSON object as the header, got []'],
    ['an entry that is none', fileOf({ a: 5 }, 0), 'x: tensor "a": expected { dtype, shape, data_offsets }, got 5'],
    [
      'an unknown dtype',
      fileOf({ a: tensor(0, 4, [1], 'I64') }, 4),
      'tensor "a": expected dtype F32 or F16, got "I64"',
    ],
    [
      'a negative shape',
      fileOf({ a: tensor(0, 4, [-1]) }, 4),
      'tensor "a": expected a shape of whole numbers from 0, got [-1]',
    ],
    [
      'an unknown key',
      fileOf({ a: { ...tensor(0, 4), b: 1 } }, 4),
      'tensor "a": expected dtype, shape and data_offsets only, got ["b"]',
    ],
    [
      'offsets the wrong way round',
      fileOf({ a: tensor(4, 0, [1]) }, 4),
      'tensor "a": expected data_offsets [begin, end], got [4,0]',
    ],
    [
      'a shape that does not fit',
      fileOf({ a: tensor(0, 8, [3]) }, 8),
      'tensor "a": expected 12 bytes for F32 [3], got 8',
    ],
    [
      'an overlap',
      fileOf({ a: tensor(0, 8), b: tensor(4, 8) }, 8),
      'tensor "b": expected its data to begin at 8, got 4',
    ],
    ['a hole', fileOf({ a: tensor(0, 4), b: tensor(8, 12) }, 12), 'tensor "b": expected its data to begin at 4, got 8'],
    ['missing data', fileOf({ a: tensor(0, 8) }, 4), 'bytes as the header says, got'],
    ['surplus data', fileOf({ a: tensor(0, 4) }, 8), 'bytes as the header says, got'],
    ['misaligned data', fileOf(`${padded({ a: tensor(0, 4) })} `, 4), 'expected its data at a multiple of 4 bytes'],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => readSafetensors(bytes, 'x')).toThrow(message)
  })

  it('a damaged file is read or refused with its name, and never in another way', () => {
    const sound = writeSafetensors([
      { name: 'a', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      { name: 'b', shape: [3], data: Float32Array.of(5, 6, 7) },
    ])
    const damage = fc.record({
      at: fc.nat(sound.length - 1),
      value: fc.nat(255),
      cut: fc.option(fc.nat(sound.length), { nil: sound.length }),
    })
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        let bytes = sound.slice()
        for (const { at, value, cut } of damages) {
          if (at < bytes.length) bytes[at] = value
          bytes = bytes.slice(0, cut)
        }
        try {
          for (const t of readSafetensors(bytes, 'file.st'))
            expect(t.data.length).toBe(t.shape.reduce((a, b) => a * b, 1))
        } catch (error) {
          expect((error as Error).message).toMatch(/^file\.st: /)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses to write what it could not read', () => {
    const data = Float32Array.of(1, 2)
    expect(() => writeSafetensors([{ name: 'a', shape: [3], data }])).toThrow(
      'tensor "a": expected 3 values for [3], got 2',
    )
    const a = { name: 'a', shape: [2], data }
    expect(() => writeSafetensors([a, a])).toThrow('expected every tensor name once, got "a" again')
  })
})
