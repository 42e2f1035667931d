import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LOSSES } from '../../../src-main/science/losses'
import { alphaAt } from '../../../src-main/science/losses/alpha'
import type { LossVariant } from '../../../src-main/science/losses/loss'
import { softmax, type Matrix } from '../../../src-main/science/maths/matrix'
import fork from '../data/fork-loss-cases.json'
import openai from '../data/openai-loss-cases.json'
import { batchOf } from './batch'

const xent = LOSSES.xent!
const logconf = LOSSES.logconf!
const product = LOSSES.product!
const entropy = LOSSES.entropy!
const matrix = (rows: number[][]): Matrix => ({
  rows: rows.length,
  cols: rows[0]!.length,
  data: Float32Array.from(rows.flat()),
})
const reference = { alphaMax: 0.5, warmup: 0.1, schedule: 'reference-bug', threshold: 'weak-mean' }
const paper = { ...reference, schedule: 'paper' }
const linear = { ...reference, schedule: 'linear' }

function expectGradient(got: Matrix, want: number[][]): void {
  want.flat().forEach((g, i) => expect(got.data[i]).toBeCloseTo(g, 6))
}

/** Row → class that a loss with alpha 1 pulls it to: its gradient is (softmax − one-hot) / n. */
function hardened(logits: Matrix, targets: Matrix, threshold: string): number[] {
  const { dLogits } = logconf.compute(batchOf(logits, targets, 1), { ...paper, alphaMax: 1, threshold })
  return Array.from({ length: logits.rows }, (_, r) => {
    const row = Array.from(dLogits.data.subarray(r * logits.cols, (r + 1) * logits.cols))
    return row.indexOf(Math.min(...row))
  })
}

describe.each(openai.cases)('the published code on $name', (c) => {
  const logits = matrix(c.logits)
  const labels = matrix(c.labels)

  it('cross-entropy', () => {
    const { loss, dLogits } = xent.compute(batchOf(logits, labels, 0), {})
    expect(loss).toBeCloseTo(c.xent.loss_f32, 6)
    expectGradient(dLogits, c.xent.grad_f32)
  })

  it('product', () => {
    const { loss, dLogits } = product.compute(batchOf(logits, labels), { alpha: 1, beta: 1 })
    expect(loss).toBeCloseTo(c.product.loss_f32, 6)
    expectGradient(dLogits, c.product.grad_f32)
    const powers = product.compute(batchOf(logits, labels), { alpha: 0.5, beta: 2 })
    expect(powers.loss).toBeCloseTo(c['product_alpha0.5_beta2'].loss_f32, 6)
  })

  it.each(c.logconf)('logconf at $step_frac of the training', (at) => {
    const { loss, dLogits, extras } = logconf.compute(batchOf(logits, labels, at.step_frac), reference)
    expect(extras.alpha).toBeCloseTo(at.coef_reference, 12)
    expect(loss).toBeCloseTo(at.loss_f32, 6)
    expectGradient(dLogits, at.grad_f32)
  })

  it.each(c.logconf_paper_schedule)('schedule of the paper, alpha to $alpha_max, at $step_frac', (at) => {
    const { loss, extras } = logconf.compute(batchOf(logits, labels, at.step_frac), {
      ...paper,
      alphaMax: at.alpha_max,
    })
    expect(extras.alpha).toBeCloseTo(at.alpha, 12)
    expect(loss).toBeCloseTo(at.loss_f32, 6)
  })

  it('hardens the same examples at the same threshold', () => {
    const { extras } = logconf.compute(batchOf(logits, labels, 1), reference)
    expect(extras.threshold).toBeCloseTo(c.logconf_intermediate.threshold, 6)
    expect(hardened(logits, labels, 'weak-mean')).toEqual(c.logconf_intermediate.hard_class0.map((h) => (h ? 0 : 1)))
    const full = logconf.compute(batchOf(logits, labels, 1), { ...reference, alphaMax: 0.75 })
    expect(full.loss).toBeCloseTo(c['logconf_aux0.75_full'].loss_f32, 6)
  })
})

describe.each(fork.cases)('the corrected warm-up on $name', (c) => {
  const { logits, labels } = openai.cases.find((o) => o.name === c.name)!

  it.each(c.linear_warmup)('at $step_frac', ({ step_frac, loss }) => {
    expect(logconf.compute(batchOf(matrix(logits), matrix(labels), step_frac), linear).loss).toBeCloseTo(loss, 6)
  })

  it.each(c.argmax)('hardening by argmax over 20 %, at $step_frac', ({ step_frac, loss }) => {
    // On these batches argmax and the balanced threshold choose alike, so that this checks the paper's warm-up alone.
    expect(logconf.compute(batchOf(matrix(logits), matrix(labels), step_frac), paper).loss).toBeCloseTo(loss, 6)
  })
})

describe.each(fork.cases)('the entropy loss of EleutherAI/w2s on $name', (c) => {
  const { logits, labels } = openai.cases.find((o) => o.name === c.name)!

  it('at its largest alpha', () => {
    expect(entropy.compute(batchOf(matrix(logits), matrix(labels), 1), linear).loss).toBeCloseTo(c.entropy_full, 6)
  })
})

describe('alpha', () => {
  it.each([
    ['reference-bug', 0.5, [0, 0.05, 0.1, 0.1000001, 1], [0, 0.025, 0.05, 0.5, 0.5]],
    ['linear', 0.5, [0, 0.05, 0.1, 0.1000001, 1], [0, 0.25, 0.5, 0.5, 0.5]],
    ['paper', 0.75, [0, 0.1, 0.2, 1], [0, 0.375, 0.75, 0.75]],
  ] as const)('%s', (schedule, alphaMax, progress, expected) => {
    const got = progress.map((p) => alphaAt(p, { schedule, alphaMax, warmup: 0.1 }))
    got.forEach((alpha, i) => expect(alpha).toBeCloseTo(expected[i]!, 12))
  })

  it('is at its largest from the start where there is no warm-up', () => {
    expect(alphaAt(0, { schedule: 'linear', alphaMax: 0.5, warmup: 0 })).toBe(0.5)
  })
})

/** A batch of logits with soft labels whose rows sum to 1. */
const batches = (classes: number) =>
  fc
    .array(
      fc.tuple(
        fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: classes, maxLength: classes }),
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: classes, maxLength: classes }),
      ),
      { minLength: 2, maxLength: 24 },
    )
    .map((rows) => ({
      logits: matrix(rows.map(([z]) => z)),
      labels: matrix(rows.map(([, w]) => w.map((x) => x / w.reduce((a, b) => a + b)))),
    }))
const variants: [string, LossVariant, Record<string, unknown>][] = [
  ['xent', xent, {}],
  ['entropy', entropy, linear],
  ['logconf, weak-mean', logconf, paper],
  ['logconf, half', logconf, { ...paper, threshold: 'half' }],
]

describe.each(variants)('%s on any batch', (_name, loss, params) => {
  it('is finite, and its gradient sums to 0 in every row', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 5 }).chain(batches),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (b, at) => {
          const { loss: value, dLogits } = loss.compute(batchOf(b.logits, b.labels, at), params)
          expect(Number.isFinite(value)).toBe(true)
          for (let r = 0; r < b.logits.rows; r++) {
            const row = dLogits.data.subarray(r * dLogits.cols, (r + 1) * dLogits.cols)
            expect(row.reduce((a, g) => a + g, 0)).toBeCloseTo(0, 6)
          }
        },
      ),
    )
  })

  it('does not care about a constant added to a row of logits', () => {
    fc.assert(
      fc.property(batches(2), (b) => {
        // Whole numbers under 2^10 are added without rounding to logits in steps of 2^-8.
        const z = b.logits.data.map((x) => Math.round(x * 256) / 256)
        const logits = { ...b.logits, data: z }
        const moved = { ...b.logits, data: z.map((x, i) => x + 8 * (Math.floor(i / 2) % 3)) }
        const [a, c] = [logits, moved].map((l) => loss.compute(batchOf(l, b.labels, 0.5), params))
        expect(c!.loss).toBeCloseTo(a!.loss, 9)
        expect(c!.dLogits).toEqual(a!.dLogits)
      }),
    )
  })

  it('has the gradient of its finite differences', () => {
    const logits = matrix([
      [0.8, -0.4],
      [-1.2, 0.3],
      [0.1, 0.6],
      [1.5, -2],
      [-0.3, -0.9],
    ])
    const labels = matrix([
      [0.7, 0.3],
      [0.1, 0.9],
      [0.6, 0.4],
      [0.8, 0.2],
      [0.25, 0.85], // sums to more than 1: the gradient is that of the formula, not of its usual case
    ])
    const { dLogits } = loss.compute(batchOf(logits, labels, 0.15), params)
    const h = 2 ** -10
    for (let i = 0; i < logits.data.length; i++) {
      const at = (by: number) => {
        const data = logits.data.slice()
        data[i]! += by
        return loss.compute(batchOf({ ...logits, data }, labels, 0.15), params).loss
      }
      expect((at(h) - at(-h)) / (2 * h)).toBeCloseTo(dLogits.data[i]!, 6)
    }
  })
})

describe('logconf', () => {
  it('with alpha 0 is cross-entropy, bit for bit, whatever the rest', () => {
    fc.assert(
      fc.property(
        batches(2),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom('linear', 'paper', 'reference-bug'),
        fc.constantFrom('weak-mean', 'half'),
        (b, progress, schedule, threshold) => {
          const naive = xent.compute(batchOf(b.logits, b.labels, progress), {})
          const params = { alphaMax: 0, warmup: 0.1, schedule, threshold }
          const got = logconf.compute(batchOf(b.logits, b.labels, progress), params)
          expect(got.loss).toBe(naive.loss)
          expect(got.dLogits.data).toEqual(naive.dLogits.data)
        },
      ),
    )
  })

  it('with threshold half hardens exactly half the batch, ties and all', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(-1, 0, 0.5, 2), { minLength: 2, maxLength: 33 }), (gaps) => {
        const logits = matrix(gaps.map((g) => [g, 0]))
        const labels = matrix(gaps.map(() => [0.9, 0.1]))
        const hard = hardened(logits, labels, 'half')
        expect(hard.filter((h) => h === 0)).toHaveLength(Math.ceil(gaps.length / 2))
        const least = Math.min(...gaps.filter((_, i) => hard[i] === 0))
        expect(Math.max(...gaps.filter((_, i) => hard[i] === 1))).toBeLessThanOrEqual(least)
      }),
    )
    const tied = matrix(Array.from({ length: 5 }, () => [1, 1]))
    expect(hardened(tied, matrix(Array.from({ length: 5 }, () => [0, 1])), 'half')).toEqual([0, 0, 0, 1, 1])
  })

  it('with threshold weak-mean keeps the class balance of hard weak labels', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 2, maxLength: 40 }), (ones) => {
        const logits = matrix(ones.map((_, i) => [i / 7, 0]))
        const hard = hardened(logits, matrix(ones.map((one) => (one ? [0, 1] : [1, 0]))), 'weak-mean')
        const zeros = ones.filter((one) => !one).length
        // The quantile lies between order statistics, and the example on it goes to class 0.
        expect(Math.abs(hard.filter((h) => h === 0).length - zeros)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('with three classes hardens to the most probable one where that keeps their shares', () => {
    const logits = matrix([
      [2, 0, -1],
      [0, 0.2, 0.1],
      [-1, 0, 3],
    ])
    const labels = matrix(Array.from({ length: 3 }, () => [1, 1, 1].map((x) => x / 3)))
    expect(hardened(logits, labels, 'weak-mean')).toEqual([0, 1, 2])
    const { dLogits, extras } = logconf.compute(batchOf(logits, labels, 1), { ...paper, alphaMax: 1 })
    const p = softmax(logits)
    expect(dLogits.data[0]).toBeCloseTo((p.data[0]! - 1) / 3, 6)
    expect(extras).toEqual({ alpha: 1 })
  })
})
