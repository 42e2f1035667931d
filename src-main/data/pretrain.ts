import type { Matrix } from '../science/maths/matrix'
import { createRng } from '../science/maths/rng'
import type { PretrainConfig } from '../science/stages'
import type { ClassRow } from '../science/tasks/task'
import { readSafetensors, writeSafetensors } from './checkpoints/safetensors'
import { createCounter, ppmi } from './vectors/cooccurrence'
import { leftSingular, SVD_STEPS, type Dense } from './vectors/svd'
import { tokenizeWords } from './words'

/** Word vectors: row i of `embeddings` [words, width] belongs to `vocabulary[i]`; most frequent word first. */
export interface WordVectors {
  vocabulary: string[]
  embeddings: Matrix
}
export type VectorSettings = Pick<PretrainConfig, 'width' | 'vocabulary' | 'window' | 'seed'>

/** Called between two pieces of work; may wait, so that others get their turn, and may throw, which ends the work. */
export type OnProgress = (done: number, total: number) => void | Promise<void>

/** Texts read between two calls of the progress function. */
const CHUNK = 2000

/** The texts of a bundled task that pretraining may see: test rows never, not even without their labels. */
export function pretrainingTexts(rows: readonly ClassRow[]): string[] {
  if (!rows.some((row) => row.split === 'test'))
    throw new Error('pretraining: expected a corpus that declares its test rows, got one without any')
  return rows.filter((row) => row.split !== 'test').map((row) => row.text)
}

/**
 * Word vectors from texts alone: co-occurrence counts, positive PMI, truncated SVD, singular values to the power 0.5
 * (Levy, Goldberg & Dagan 2015), minus the mean over running words, scaled to a root mean square of 1 a coordinate.
 * Same texts and settings, same numbers.
 * @throws Error when the texts have fewer words than the vectors' width needs
 */
export async function pretrainVectors(
  texts: readonly string[],
  settings: VectorSettings,
  onProgress: OnProgress = () => {},
): Promise<WordVectors> {
  const chunks = Math.ceil(texts.length / CHUNK)
  const total = 2 * chunks + SVD_STEPS
  let done = 0
  const step = () => onProgress(++done, total)

  const counts = new Map<string, number>()
  for (let i = 0; i < texts.length; i += CHUNK) {
    for (const text of texts.slice(i, i + CHUNK))
      for (const word of tokenizeWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
    await step()
  }
  const vocabulary = mostFrequent(counts, settings.vocabulary)
  if (vocabulary.length <= settings.width)
    throw new Error(`pretraining: expected more than ${settings.width} different words, got ${vocabulary.length}`)

  const index = new Map(vocabulary.map((word, i) => [word, i]))
  const counter = createCounter(vocabulary.length, settings.window)
  for (let i = 0; i < texts.length; i += CHUNK) {
    for (const text of texts.slice(i, i + CHUNK))
      counter.add(Int32Array.from(tokenizeWords(text), (word) => index.get(word) ?? -1))
    await step()
  }
  const rng = createRng(`word vectors ${settings.seed}`)
  const { vectors, values } = await leftSingular(ppmi(counter.finish()), settings.width, rng, step)
  return {
    vocabulary,
    embeddings: standardised(
      vectors,
      values,
      vocabulary.map((word) => counts.get(word)!),
    ),
  }
}

function mostFrequent(counts: Map<string, number>, limit: number): string[] {
  return [...counts]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, limit)
    .map(([word]) => word)
}

/** U Σ^0.5, centred and scaled over running words: frequent words would else all point the same way. */
function standardised({ rows, cols, data }: Dense, values: Float64Array, counts: number[]): Matrix {
  const running = counts.reduce((a, b) => a + b, 0)
  const mean = new Float64Array(cols)
  const scaled = data.map((x, i) => x * Math.sqrt(values[i % cols]!))
  scaled.forEach((x, i) => (mean[i % cols]! += (x * counts[Math.floor(i / cols)]!) / running))
  const square = scaled.reduce((sum, x, i) => {
    const centred = x - mean[i % cols]!
    return sum + (centred * centred * counts[Math.floor(i / cols)]!) / running / cols
  }, 0)
  return { rows, cols, data: Float32Array.from(scaled, (x, i) => (x - mean[i % cols]!) / Math.sqrt(square)) }
}

/**
 * The files of a pretraining's artifact. Vectors are rounded to half precision: what is shipped and what a machine
 * makes anew are then the same bytes at half the size.
 */
export function vectorFiles({
  vocabulary,
  embeddings,
}: WordVectors): { name: string; bytes: Uint8Array<ArrayBuffer> }[] {
  const { rows, cols, data } = embeddings
  return [
    {
      name: 'vectors.safetensors',
      bytes: writeSafetensors([{ name: 'embeddings', shape: [rows, cols], data }], 'F16'),
    },
    { name: 'vocabulary.json', bytes: new TextEncoder().encode(`${JSON.stringify(vocabulary)}\n`) },
  ]
}

/** The word vectors of an artifact's two files. @throws Error naming what does not fit */
export function parseVectors(vectors: Uint8Array, vocabulary: Uint8Array): WordVectors {
  const [tensor, ...rest] = readSafetensors(vectors, 'vectors.safetensors')
  const words: unknown = JSON.parse(new TextDecoder().decode(vocabulary))
  if (!Array.isArray(words) || !words.every((word) => typeof word === 'string'))
    throw new Error('vocabulary.json: expected a list of words')
  if (tensor?.name !== 'embeddings' || rest.length > 0 || tensor.shape.length !== 2)
    throw new Error('vectors.safetensors: expected one tensor, "embeddings" [words, width]')
  const [rows, cols] = tensor.shape as [number, number]
  if (rows !== words.length)
    throw new Error(`vectors.safetensors: expected ${words.length} rows, one a word of vocabulary.json, got ${rows}`)
  return { vocabulary: words, embeddings: { rows, cols, data: tensor.data } }
}
