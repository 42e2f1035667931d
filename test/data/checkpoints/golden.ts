import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import type { PretrainedModel } from '../../../src-main/data/checkpoints/open'
import { tensorsOf } from '../../../src-main/science/models/net'
import { forward, pooled } from './forward'

/** The tiny models of test/golden/models. */
export const golden = (...parts: string[]) => path.resolve(import.meta.dirname, '../../golden/models', ...parts)

export interface Reference {
  /** Outputs of the last token, or the mean hidden state of an encoder; `every`: only each so-manieth of them. */
  outputs: { text: string; ids: number[]; values: number[]; every?: number; best?: number; logSumExp?: number }[]
  /** The ids of every text in texts.json. */
  tokens: number[][]
}

export const readGolden = (...parts: string[]): unknown => JSON.parse(readFileSync(golden(...parts), 'utf8'))
const texts = readGolden('texts.json') as string[]

/** Largest difference, relative to the largest value. */
export function difference(got: ArrayLike<number>, expected: number[]): number {
  expect(got.length).toBe(expected.length)
  const scale = Math.max(...expected.map(Math.abs))
  return Math.max(...expected.map((e, i) => Math.abs(e - got[i]!))) / scale
}

/** What the references have of a model for a text. */
export function outputOf({ spec, weights }: Pick<PretrainedModel, 'spec' | 'weights'>, ids: number[]): number[] {
  return spec.causal ? forward(spec, weights, ids) : pooled(spec, weights, ids)
}

export function expectTokens({ tokenizer }: PretrainedModel, reference: Reference): void {
  const got = texts.map((text) => tokenizer.encode(text))
  texts.forEach((text, i) => expect(got[i], JSON.stringify(text)).toEqual(reference.tokens[i]))
  for (const { text, ids } of reference.outputs) expect(tokenizer.encode(text)).toEqual(ids)
}

/** Held to transformers: the tensors' names and shapes, each text's tokens, and the outputs for some of them. */
export function expectAgreement(model: PretrainedModel, reference: Reference, tolerance = 2e-6): void {
  expect(model.weights.map(({ name, shape }) => ({ name, shape }))).toEqual(
    tensorsOf(model.spec).map(({ name, shape }) => ({ name, shape })),
  )
  expectTokens(model, reference)
  for (const { ids, values, every = 1, best, logSumExp } of reference.outputs) {
    const got = outputOf(model, ids)
    const some = got.filter((_, i) => i % every === 0)
    expect(difference(some, values)).toBeLessThan(tolerance)
    if (best !== undefined) expect(got.indexOf(Math.max(...got))).toBe(best)
    if (logSumExp !== undefined)
      expect(Math.log(got.reduce((sum, z) => sum + Math.exp(z), 0))).toBeCloseTo(logSumExp, 4)
  }
}
