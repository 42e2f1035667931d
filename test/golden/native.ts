import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { AdamWStep, TokenBatch } from '../../src-main/engine/backends/learner'
import { fill, type Stored } from '../../src-main/engine/backends/stored'
import type { NetSpec } from '../../src-main/science/models/net'
import type { ModelOptions, NativeAddon, NativeBatch, NativeModel } from '../../src-native/model'

export { deviation, fill, valuesOf, type Stored } from '../../src-main/engine/backends/stored'

/** One file of `test/golden/native`, by make.py. */
export interface GoldenCase {
  spec: NetSpec
  update: AdamWStep
  /** One batch a step: token lists, or rows of features. */
  batches: number[][][]
  losses: number[]
  /** Global norms of the gradients, before clipping. */
  norms: number[]
  outputs: Stored
  gradients: Record<string, Stored>
  after: Record<string, Stored>
  features?: Stored[]
  starts?: number[]
  scores?: number[]
  generated?: number[][]
}

/** Builds the addon where it is not up to date, and says where it is. */
export function buildAddon(): string {
  const root = resolve(import.meta.dirname, '../..')
  return execFileSync(process.execPath, [resolve(root, 'src-native/build.mjs')], { encoding: 'utf8' }).trim()
}

export function loadAddon(): NativeAddon {
  return createRequire(import.meta.url)(buildAddon()) as NativeAddon
}

const FOLDER = resolve(import.meta.dirname, 'native')
export const CASES = readdirSync(FOLDER).map((file) => file.replace('.json', ''))
export const readCase = (name: string) =>
  JSON.parse(readFileSync(resolve(FOLDER, `${name}.json`), 'utf8')) as GoldenCase

export function batchOf(spec: NetSpec, examples: number[][]): NativeBatch {
  if (spec.kind === 'mlp') return { n: examples.length, dense: Float32Array.from(examples.flat()) }
  return tokenBatch(examples)
}

export function tokenBatch(examples: number[][]): TokenBatch {
  const offsets = new Int32Array(examples.length + 1)
  examples.forEach((tokens, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  return { n: examples.length, tokens: Int32Array.from(examples.flat()), offsets }
}

/** dLogits of the cases' losses: softmax cross-entropy against 0, 1, 2, ... in turn, or half the mean square for a scalar. */
export function dLogitsOf(logits: Float32Array, n: number): Float32Array {
  const classes = logits.length / n
  const out = new Float32Array(logits.length)
  for (let i = 0; i < n; i++) {
    const row = Array.from(logits.subarray(i * classes, (i + 1) * classes))
    if (classes === 1) {
      out[i] = (row[0]! - i) / n
      continue
    }
    const top = Math.max(...row)
    const total = row.reduce((sum, z) => sum + Math.exp(z - top), 0)
    row.forEach((z, c) => (out[i * classes + c] = (Math.exp(z - top) / total - (c === i % classes ? 1 : 0)) / n))
  }
  return out
}

export const isLanguage = (spec: NetSpec) => spec.kind === 'transformer' && spec.head.kind === 'language'

/** Forward and backward of one of the case's batches with its loss; the language loss where the head is one. */
export async function backward(model: NativeModel, spec: NetSpec, examples: number[][]): Promise<void> {
  if (isLanguage(spec)) {
    await model.languageGradients(tokenBatch(examples))
    return
  }
  const logits = await model.forward(batchOf(spec, examples), true)
  await model.backward(dLogitsOf(logits, examples.length))
}

/** A model with the weights that make.py gave the reference. */
export async function modelOf(addon: NativeAddon, spec: NetSpec, options: ModelOptions): Promise<NativeModel> {
  const model = new addon.Model(spec, options)
  await model.load(model.tensors().map(({ name, shape }) => fill(name, shape)))
  return model
}
