import { z } from 'zod'
import { parseJson } from './json'
import type { Texts } from '../science/answers'
import type { Evaluations } from './predictions'

/** Name of the file in the artifact of a training that holds all the texts that it wrote. */
export const TEXTS = 'texts.json'
/** Name of the file in the artifact of a set of labels, where these are texts. */
export const TEXT_LABELS = 'labels.json'

const FORMAT = 'weak-to-strong-lab texts'
const schema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(1),
  /** Of all evaluations, ascending. */
  steps: z.array(z.int().min(0)),
  /** Of each split the evaluations at which it was asked, which are the last ones of `steps`. */
  splits: z.record(
    z.string(),
    z.array(z.strictObject({ texts: z.array(z.string()), likelihood: z.array(z.number()) })),
  ),
})
type Stored = z.infer<typeof schema>

/**
 * Texts as a file, beside `writePredictions` for choices: JSON with the steps of all evaluations, and of every split what
 * was written at each of the last of them. Likelihoods keep every digit that single precision has.
 */
export function writeTexts(
  steps: readonly number[],
  splits: ReadonlyMap<string, readonly Texts[]>,
): Uint8Array<ArrayBuffer> {
  const told = [...splits].map(([split, said]) => [
    split,
    said.map(({ texts, likelihood }) => ({
      texts,
      likelihood: Array.from(likelihood, (x) => Number(x.toPrecision(9))),
    })),
  ])
  return bytesOf({
    format: FORMAT,
    version: 1,
    steps: [...steps],
    splits: Object.fromEntries(told) as Stored['splits'],
  })
}

/**
 * Reads what `writeTexts` wrote.
 * @param file its name, for messages
 * @returns what was said of a split; that throws an Error naming the file when it was not asked about
 * @throws Error naming the file when it is none
 */
export function readTexts(bytes: Uint8Array, file: string): (split: string) => Evaluations<Texts> {
  const { steps, splits } = storedIn(bytes, file)
  return (split) => {
    const said = Object.hasOwn(splits, split) ? splits[split]! : []
    if (said.length === 0 || said.length > steps.length)
      throw new Error(`${file}: expected texts of the split "${split}" at 1 to ${steps.length} steps`)
    return {
      steps: steps.slice(steps.length - said.length),
      answers: said.map(({ texts, likelihood }) => ({
        kind: 'text',
        texts,
        likelihood: Float32Array.from(likelihood),
      })),
    }
  }
}

/** The same file with other words in the place of every text. @throws as `readTexts` */
export function retold(bytes: Uint8Array, file: string, tell: (text: string) => string): Uint8Array<ArrayBuffer> {
  const stored = storedIn(bytes, file)
  const splits = Object.entries(stored.splits).map(([split, said]) => [
    split,
    said.map(({ texts, likelihood }) => ({ texts: texts.map(tell), likelihood })),
  ])
  return bytesOf({ ...stored, splits: Object.fromEntries(splits) as Stored['splits'] })
}

const bytesOf = (stored: Stored) => new TextEncoder().encode(JSON.stringify(stored))

function storedIn(bytes: Uint8Array, file: string): Stored {
  let value: unknown
  try {
    value = parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new Error(`${file}: expected JSON, got ${(cause as Error).message}`, { cause })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [{ path, message } = { path: [], message: '' }] = parsed.error.issues
    throw new Error(`${file}: expected texts of version 1, got at "${path.join('.')}": ${message}`)
  }
  const uneven = Object.entries(parsed.data.splits).find(([, said]) =>
    said.some(({ texts, likelihood }) => texts.length !== said[0]!.texts.length || likelihood.length !== texts.length),
  )
  if (uneven) throw new Error(`${file}: expected as many texts of "${uneven[0]}" as likelihoods at every step`)
  return parsed.data
}
