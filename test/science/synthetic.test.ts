import { describe, expect, it } from 'vitest'
import { LOSSES } from '../../src-main/science/losses'
import { argmax, zeros, type Matrix } from '../../src-main/science/maths/matrix'
import { accuracy, agreement } from '../../src-main/science/metrics'
import { createRng } from '../../src-main/science/maths/rng'
import { lrAt } from '../../src-main/science/schedule'
import { batchOf } from './losses/batch'

// arXiv 2312.09390 E.1 in small: what a student makes of its supervisor's errors depends on whether it can imitate them.
const FEATURES = 20
const rng = createRng('synthetic')
const gaussian = (rows: number): Matrix => ({
  rows,
  cols: FEATURES,
  data: Float32Array.from({ length: rows * FEATURES }, () => rng.normal()),
})
/** Class of every example: the sign of the sum of its first `k` features. */
const concept = (x: Matrix, k: number) =>
  Uint8Array.from({ length: x.rows }, (_, r) => {
    const own = x.data.subarray(r * FEATURES, r * FEATURES + k)
    return own.reduce((a, b) => a + b, 0) > 0 ? 1 : 0
  })
const oneHot = (labels: Uint8Array): Matrix => ({
  rows: labels.length,
  cols: 2,
  data: Float32Array.from([...labels].flatMap((l) => (l === 1 ? [0, 1] : [1, 0]))),
})

/** Logits [n, 2] of a linear model with weights [features, 2]. */
function forward(x: Matrix, weights: Matrix): Matrix {
  const z = zeros(x.rows, 2)
  for (let r = 0; r < x.rows; r++) {
    for (let f = 0; f < FEATURES; f++) {
      for (let c = 0; c < 2; c++) z.data[r * 2 + c]! += x.data[r * FEATURES + f]! * weights.data[f * 2 + c]!
    }
  }
  return z
}

/** Logistic regression by full-batch gradient descent. */
function fit(x: Matrix, labels: Uint8Array, loss: string, params: Record<string, unknown> = {}, steps = 60): Matrix {
  const weights = zeros(FEATURES, 2)
  const targets = oneHot(labels)
  for (let step = 0; step < steps; step++) {
    const { dLogits } = LOSSES[loss]!.compute(batchOf(forward(x, weights), targets, step / steps), params)
    const lr = lrAt(step, steps, { lr: 1, schedule: 'cosine' })
    for (let r = 0; r < x.rows; r++) {
      for (let f = 0; f < FEATURES; f++) {
        for (let c = 0; c < 2; c++) {
          weights.data[f * 2 + c]! -= lr * x.data[r * FEATURES + f]! * dLogits.data[r * 2 + c]!
        }
      }
    }
  }
  return weights
}

const train = gaussian(1500)
const test = gaussian(1500)
const truth = concept(test, FEATURES)
const predict = (weights: Matrix) => argmax(forward(test, weights))

describe('a student of a supervisor that is right 70 times of 100', () => {
  it('undoes errors that it cannot imitate: labels flipped at random', () => {
    const labels = concept(train, FEATURES).map((l) => (rng.next() < 0.3 ? 1 - l : l))
    const student = predict(fit(train, labels, 'xent'))
    expect(accuracy(labels, concept(train, FEATURES))).toBeCloseTo(0.7, 1)
    expect(accuracy(student, truth)).toBeGreaterThan(0.85)
  })

  it('copies errors that it can imitate: a supervisor that sees a third of the features', () => {
    const supervisor = concept(test, 7)
    const student = predict(fit(train, concept(train, 7), 'xent'))
    const weak = accuracy(supervisor, truth)
    expect(weak).toBeGreaterThan(0.65)
    expect(weak).toBeLessThan(0.75)
    expect(accuracy(student, truth) - weak).toBeLessThan(0.05)
    expect(agreement(student, supervisor, truth).all).toBeGreaterThan(weak + 0.15)
  })

  it('trains alike, bit for bit, with cross-entropy and with a confidence loss of alpha 0', () => {
    const labels = concept(train, 7)
    const params = { alphaMax: 0, warmup: 0.2, schedule: 'paper', threshold: 'weak-mean' }
    const naive = fit(train, labels, 'xent', {}, 20)
    expect(fit(train, labels, 'logconf', params, 20)).toEqual(naive)
    expect(fit(train, labels, 'logconf', { ...params, alphaMax: 0.5 }, 20)).not.toEqual(naive)
  })
})
