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

  it('is never cut without a word, wherever its texts lie', async () => {
    // The header's parser reads 2,000,000 bytes at a time; the last text of this list begins before and ends after.
    const before = 24 + text('a').length + 4 + 4 + 8 + 8 + 4
    const filler = 'f'.repeat(1_999_990 - before - 16)
    for (const last of ['short', 'a text across the border']) {
      const file = await fileOf([['a', [`1234${filler}`, last]]], Buffer.alloc(600_000))
      const opened = await openGguf(file).catch((error: unknown) => error as Error)
      if (opened instanceof Error)
        expect(opened.message).toMatch(/^x\.gguf: expected \d+ bytes of metadata, got values of \d+$/)
      else {
        expect(opened.metadata.texts('a')[1]).toBe(last)
        await opened.close()
      }
    }
  })

  it('has every key once', async () => {
    await expect(
      openGguf(
        await fileOf([
          ['a', ['x']],
          ['a', ['y']],
        ]),
      ),
    ).rejects.toThrow('bytes of metadata')
  })
})
