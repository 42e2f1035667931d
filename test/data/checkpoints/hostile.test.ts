// Small files that ask for much: each is refused by its name at once, and nothing is held that the file does not have.
import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { CheckpointError } from '../../../src-main/data/checkpoints/errors'
import { openPretrained } from '../../../src-main/data/checkpoints/open'
import { readSafetensors } from '../../../src-main/data/checkpoints/safetensors'
import { openRegular, readRegular } from '../../../src-main/data/regular'
import { golden } from './golden'

let root: string
let count = 0
beforeAll(async () => (root = await mkdtemp(path.join(tmpdir(), 'w2s-hostile-'))))
afterAll(() => rm(root, { recursive: true }))

async function copy(name: string): Promise<string> {
  const folder = path.join(root, String(count++))
  await cp(golden(name), folder, { recursive: true })
  return folder
}

/** What opening says, and the bytes of heap that it has taken. */
async function refusal(where: string): Promise<string> {
  const before = process.memoryUsage()
  const error = await openPretrained(where).then(
    () => new Error('it was opened'),
    (error: unknown) => error,
  )
  const after = process.memoryUsage()
  expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(150e6)
  expect(error).toBeInstanceOf(CheckpointError)
  return (error as Error).message
}

describe('sizes that no tensor has', () => {
  const sizes: [string, Record<string, unknown>, string][] = [
    ['tiny-gpt2', { n_embd: 1e8, n_head: 1 }, '"transformer.wte.weight": expected [300, 100000000], got [300, 16]'],
    [
      'tiny-neox',
      { hidden_size: 1e8, num_attention_heads: 1 },
      '"gpt_neox.embed_in.weight": expected [300, 100000000]',
    ],
    ['tiny-llama', { head_dim: 1e8 }, 'expected [400000000, 32], got [32, 32]'],
    ['tiny-llama', { vocab_size: 1e8 }, '"model.embed_tokens.weight": expected [100000000, 32], got [300, 32]'],
    ['tiny-qwen2', { num_hidden_layers: 1024 }, 'no such tensor'],
    ['tiny-llama', { max_position_embeddings: 1e9 }, 'max_position_embeddings: expected at most 100000000, got'],
  ]
  it.each(sizes)('%s with %j', async (name, change, message) => {
    const folder = await copy(name)
    const file = path.join(folder, 'config.json')
    const config = JSON.parse(await readFile(file, 'utf8')) as object
    await writeFile(file, JSON.stringify({ ...config, ...change }))
    expect(await refusal(folder)).toContain(message)
  })

  it.each([
    ['llama', 0x7f800000, 'expected a whole number from 1 to 100000000, got 2139095040'],
    ['llama', 99_999_992, 'tensor "token_embd.weight": expected [300, 99999992], got [300, 32]'],
    ['gpt2', 99_999_992, 'expected [300, 99999992]'],
    ['gptneox', 99_999_992, 'expected [300, 99999992]'],
  ])('a GGUF of %s that claims a width of %i', async (name, width, message) => {
    const bytes = await readFile(golden('gguf', `${name}.gguf`))
    const key = `${name}.embedding_length`
    bytes.writeUInt32LE(width, bytes.indexOf(key) + key.length + 4)
    const file = path.join(root, `wide-${name}-${width}.gguf`)
    await writeFile(file, bytes)
    expect(await refusal(file)).toContain(message)
  })
})

describe('JSON that goes deep', () => {
  it.each(['config.json', 'tokenizer.json', 'model.safetensors.index.json'])('%s', async (name) => {
    const folder = await copy('tiny-neox')
    await writeFile(path.join(folder, name), `{"a":${'['.repeat(2e5)}${']'.repeat(2e5)}}`)
    const model = openPretrained(folder).then((model) => model.tokenizer().finally(() => model.close()))
    await expect(model).rejects.toThrow(
      `${name}: a[0][0][0]: expected at most 64 lists and objects in each other, got more`,
    )
  })

  it('the header of weights', () => {
    const header = Buffer.from(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`)
    const bytes = Buffer.concat([Buffer.alloc(8), header])
    bytes.writeBigUInt64LE(BigInt(header.length))
    expect(() => readSafetensors(bytes, 'm.safetensors')).toThrow(
      'm.safetensors: header: a[0][0][0]: expected at most 64 lists and objects in each other, got more',
    )
  })

  it('a graph in a graph in a graph', async () => {
    // GraphProto.node.attribute.g is a GraphProto again; what is not needed is gone past.
    const nested = (field: number, content: Buffer) => {
      const length: number[] = []
      for (let n = content.length; ; n = Math.floor(n / 128)) {
        length.push(n < 128 ? n : (n % 128) + 128)
        if (n < 128) break
      }
      return Buffer.concat([Buffer.from([field * 8 + 2, ...length]), content])
    }
    let graph = Buffer.alloc(0)
    for (let i = 0; i < 5000; i++) graph = nested(1, nested(5, nested(6, graph)))
    const folder = await copy('tiny-bert')
    const file = path.join(folder, 'onnx', 'model.onnx')
    await writeFile(file, Buffer.concat([await readFile(file), nested(7, graph)]))
    // The second graph adds nothing that is read, and costs nothing.
    await openPretrained(file).then((model) => model.close())
  })

  it('too much of JSON is not read at all', async () => {
    const folder = await copy('tiny-gpt2')
    await writeFile(path.join(folder, 'config.json'), Buffer.alloc((4 << 20) + 1, ' '))
    expect(await refusal(folder)).toMatch(/config\.json: expected at most 4194304 bytes, got 4194305/)
  })
})

describe('names of files in an index', () => {
  it.each(['.', '..', '', '/etc/passwd', '../x.safetensors', 'a/b.safetensors', 'a\\b.safetensors', 'config.json'])(
    '%j is none',
    async (name) => {
      const folder = await copy('tiny-neox')
      const file = path.join(folder, 'model.safetensors.index.json')
      await writeFile(file, JSON.stringify({ weight_map: { 'gpt_neox.embed_in.weight': name } }))
      expect(await refusal(folder)).toBe(
        `model.safetensors.index.json: weight_map.gpt_neox.embed_in.weight: expected the name of a .safetensors file beside it, got ${JSON.stringify(name)}`,
      )
    },
  )
})

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  const pipe = (file: string) => execFileSync('mkfifo', [file])

  it('is refused, and nobody waits for it', async () => {
    const fifo = path.join(root, 'pipe.gguf')
    pipe(fifo)
    // More of them than there are threads for files.
    const all = await Promise.all(Array.from({ length: 8 }, () => refusal(fifo)))
    expect(new Set(all)).toEqual(new Set([`${fifo}: expected a file, got a named pipe`]))
    await expect(readRegular(fifo, 10)).rejects.toThrow('expected a file, got a named pipe')
    await expect(openRegular('/dev/zero')).rejects.toThrow('/dev/zero: expected a file, got a device')
    await expect(openRegular(root)).rejects.toThrow('expected a file, got a folder')
    const server = createServer().listen(path.join(root, 'socket.gguf'))
    onTestFinished(() => void server.close())
    expect(await refusal(path.join(root, 'socket.gguf'))).toContain('expected a file, got a socket')
  })

  it.each(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])(
    'nor where %s should be',
    async (name) => {
      const folder = await copy('tiny-gpt2')
      await rm(path.join(folder, name))
      pipe(path.join(folder, name))
      const opened = openPretrained(folder).then((model) => model.tokenizer().finally(() => model.close()))
      await expect(opened).rejects.toThrow(`${name}: expected a file, got a named pipe`)
    },
  )
})
