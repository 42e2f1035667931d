import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import type { AdamWStep, Tensor, TokenBatch } from '../../src-main/engine/backends/learner'
import type { NetSpec } from '../../src-main/science/models/net'
import type { ModelOptions, NativeAddon, NativeBatch, NativeModel } from '../../src-native/model'

/** A sample of a tensor's entries, every `stride`-th, and the root of the sum of squares of all. */
export interface Stored {
  shape: number[]
  stride: number
  /** Little-endian float32, base64. */
  data: string
  norm: number
}

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

/** Uniform numbers in [-1, 1): FNV-1a of the name seeds mulberry32. The same as in make.py. */
function mulberry32(name: string): () => number {
  let state = 0x811c9dc5
  for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2147483648 - 1
  }
}

/** The weights that make.py gave the reference model. */
export function fill(name: string, shape: number[]): Tensor {
  const next = mulberry32(name)
  const table = /^(tokens|positions|types|embeddings)/.test(name)
  const isNorm = name.includes('orm') && name.endsWith('weight')
  const scale = shape.length === 2 ? (table ? 0.8 : Math.sqrt(3 / shape[0]!)) : 0.3
  const count = shape.reduce((product, side) => product * side, 1)
  const data = Float32Array.from({ length: count }, () => (isNorm ? 1 + 0.3 * next() : scale * next()))
  return { name, shape, data }
}

export function batchOf(spec: NetSpec, examples: number[][]): NativeBatch {
  if (spec.kind === 'mlp') return { n: examples.length, dense: Float32Array.from(examples.flat()) }
  return tokenBatch(examples)
}

export function tokenBatch(examples: number[][]): TokenBatch {
  const offsets = new Int32Array(examples.length + 1)
  examples.forEach((tokens, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  return { n: examples.length, tokens: Int32Array.from(examples.flat()), offsets }
}

/** Largest absolute difference over the stored sample, as a share of the reference's largest entry, and of the norms. */
export function deviation(got: Float32Array, reference: Stored): number {
  const expected = valuesOf(reference)
  let worst = 0
  let largest = 0
  expected.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(got[i * reference.stride]! - value))
    largest = Math.max(largest, Math.abs(value))
  })
  const norm = Math.sqrt(got.reduce((sum, value) => sum + value * value, 0))
  const scale = Math.max(largest, 1e-12)
  return Math.max(worst / scale, Math.abs(norm - reference.norm) / Math.max(reference.norm, 1e-12))
}

export function valuesOf(stored: Stored): Float32Array {
  const bytes = Buffer.from(stored.data, 'base64')
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
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
