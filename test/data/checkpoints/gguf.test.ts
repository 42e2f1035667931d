import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openGguf } from '../../../src-main/data/checkpoints/gguf'

let root: string
beforeAll(async () => (root = await mkdtemp(path.join(tmpdir(), 'w2s-gguf-'))))
afterAll(() => rm(root, { recursive: true }))

const u32 = (n: number) => Buffer.from(Uint32Array.of(n).buffer)
const u64 = (n: number) => Buffer.from(BigUint64Array.of(BigInt(n)).buffer)
const text = (s: string) => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)])

/** A GGUF file of version 3 with these keys, each a list of texts, and no tensors. */
async function fileOf(entries: [string, string[]][], after = Buffer.alloc(64)): Promise<string> {
  const keys = entries.map(([key, list]) => [text(key), u32(9), u32(8), u64(list.length), ...list.map(text)])
  const file = path.join(root, 'x.gguf')
  await writeFile(
    file,
    Buffer.concat([Buffer.from('GGUF'), u32(3), u64(0), u64(entries.length), ...keys.flat(), after]),
  )
  return file
}

describe('GGUF metadata', () => {
  it('is read with its types', async () => {
    const source = await openGguf(await fileOf([['a', ['x', 'ÿ', '']]]))
    const { metadata } = source
    expect(metadata.texts('a')).toEqual(['x', 'ÿ', ''])
    expect(metadata.get('b')).toBeUndefined()
    expect(metadata.number('b', 3)).toBe(3)
    expect(() => metadata.text('a')).toThrow('x.gguf: a: expected a text, got ["x","ÿ",""]')
    expect(() => metadata.size('b')).toThrow('x.gguf: b: expected a number, got nothing')
    expect(() => metadata.numbers('a')).toThrow('x.gguf: a: expected a list of numbers')
    await source.close()
  })

  it('is read whole, however long it is and wherever its texts lie', async () => {
    // A first part is looked at, and more where that ends in the middle of a value.
    for (const filler of [1_048_500, 1_048_576 - 60, 3_000_000]) {
      const file = await fileOf([['a', [`1234${'f'.repeat(filler)}`, 'a text across the border']]])
      const source = await openGguf(file)
      expect(source.metadata.texts('a')[0]!.length).toBe(filler + 4)
      expect(source.metadata.texts('a')[1]).toBe('a text across the border')
      await source.close()
    }
  })

  it('is believed no more than the file can hold', async () => {
    const refused = async (bytes: Buffer, message: string) => {
      const file = path.join(root, 'lie.gguf')
      await writeFile(file, bytes)
      await expect(openGguf(file)).rejects.toThrow(`lie.gguf: ${message}`)
    }
    const huge = Buffer.from(BigUint64Array.of(1n << 62n).buffer)
    const start = [Buffer.from('GGUF'), u32(3), u64(0)]
    const list = (type: number, length: Buffer, ...rest: Buffer[]) =>
      Buffer.concat([...start, u64(1), text('k'), u32(9), u32(type), length, ...rest])
    await refused(
      Buffer.concat([...start, huge]),
      'the number of keys: expected less than 2^53, got 4611686018427388000',
    )
    await refused(Buffer.concat([...start, u64(1e12)]), 'expected a GGUF header of at least 32 bytes, got a file of 24')
    await refused(Buffer.concat([...start, u64(1), u64(1e10)]), 'expected a GGUF header of at least 10000000032 bytes')
    await refused(list(4, u64(1e9)), 'k: expected at most 4194304 entries, got 1000000000')
    await refused(list(4, u64(4e6)), 'expected a GGUF header of at least 16000049 bytes, got a file of 49')
    await refused(list(8, u64(4e6)), 'expected a GGUF header of at least 57 bytes, got a file of 49')
    await refused(list(9, u64(1)), 'k: expected a list of texts or numbers, got values of type 9')
    await refused(list(8, u64(1), u64(1), Buffer.from([0xff])), 'k: expected a text in UTF-8, got bytes that are none')
    await refused(
      Buffer.from('GGUF\x00\x00\x00\x03'.padEnd(24, '\x00'), 'latin1'),
      'expected a little-endian GGUF file',
    )
    await refused(Buffer.from('PK\x03\x04 and so on, a zip file'), 'expected a GGUF file, which begins with "GGUF"')
  })

  it('has every key once', async () => {
    await expect(
      openGguf(
        await fileOf([
          ['a', ['x']],
          ['a', ['y']],
        ]),
      ),
    ).rejects.toThrow('x.gguf: a: expected this key once, got it twice')
  })
})
