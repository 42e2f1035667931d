import { z } from 'zod'
import { createTokenizer, type TextTokenizer, type TokenizerDefinition } from './tokenizers'

/** Texts in the tokens of a tokenizer that was made from them, those that are held out apart. */
export interface TokenTexts {
  tokenizer: TextTokenizer
  /** Id that stands in front of each text. */
  end: number
  train: Int32Array[]
  heldOut: Int32Array[]
  /** Of the texts that are held out, in UTF-8. */
  heldOutBytes: number
}

const countsSchema = z.strictObject({ texts: z.int(), heldOutTexts: z.int(), heldOutBytes: z.int() })
type Counts = z.infer<typeof countsSchema>

/** The files that hold them: 32-bit ids one after the other, the tokenizer's two files, and what was counted. */
export function tokenFiles(
  { tokenizer, config }: TokenizerDefinition,
  { train, heldOut, counts }: { train: readonly number[]; heldOut: readonly number[]; counts: Counts },
): { name: string; bytes: Uint8Array }[] {
  const json = (name: string, value: object) => ({ name, bytes: Buffer.from(JSON.stringify(value)) })
  return [
    json('tokenizer.json', tokenizer),
    json('tokenizer_config.json', config),
    { name: 'train.bin', bytes: bytesOf(train) },
    { name: 'held-out.bin', bytes: bytesOf(heldOut) },
    json('counts.json', counts),
  ]
}

/**
 * @param read gives a file of them by its name
 * @param longest the longest text of the model that reads them
 * @throws Error naming the file that is not as it should be
 */
export async function readTokenFiles(
  read: (name: string) => Promise<Uint8Array>,
  longest: number,
): Promise<TokenTexts> {
  const json = async (name: string): Promise<unknown> => JSON.parse(Buffer.from(await read(name)).toString())
  const config = { ...((await json('tokenizer_config.json')) as object), model_max_length: longest }
  const tokenizer = createTokenizer({ tokenizer: await json('tokenizer.json'), config }, 'tokenizer.json')
  const { heldOutBytes } = countsSchema.parse(await json('counts.json'))
  const { end } = tokenizer
  if (end === undefined) throw new Error('tokenizer.json: expected a token that ends a text, got none')
  const [train, heldOut] = [textsIn(await read('train.bin'), end), textsIn(await read('held-out.bin'), end)]
  return { tokenizer, end, train, heldOut, heldOutBytes }
}

function bytesOf(ids: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(4 * ids.length)
  ids.forEach((id, i) => bytes.writeInt32LE(id, 4 * i))
  return bytes
}

/** Each text begins with the id that ends the one before. */
function textsIn(bytes: Uint8Array, end: number): Int32Array[] {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const ids = Int32Array.from({ length: bytes.length / 4 }, (_, i) => view.readInt32LE(4 * i))
  const starts: number[] = []
  for (const [i, id] of ids.entries()) if (id === end) starts.push(i)
  return starts.map((start, i) => ids.subarray(start, starts[i + 1] ?? ids.length))
}
