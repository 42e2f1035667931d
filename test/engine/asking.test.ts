import { describe, expect, test } from 'vitest'
import { CHOICES_FILE, TEXTS_FILE } from '../../src-main/data/evaluations'
import { ASKING } from '../../src-main/engine/asking'
import type { LanguageBatch, TokenBatch } from '../../src-main/engine/backends/learner'
import { train } from '../../src-main/engine/loop'
import { confidence, decisions, probability, type Decision } from '../../src-main/science/answers'
import { LOSSES } from '../../src-main/science/losses'
import type { Matrix } from '../../src-main/science/maths/matrix'
import { createRng } from '../../src-main/science/maths/rng'
import type { NetSpec, TransformerSpec } from '../../src-main/science/models/net'
import type { OptimiserSpec } from '../../src-main/science/optimiser'
import { runtimes } from './runtimes'
import { unkept } from './unkept'

const all = await runtimes()
const OPTIMISER: OptimiserSpec = { epochs: 20, batch: 20, lr: 0.05, schedule: 'cosine', weightDecay: 0, clipNorm: 1 }
const breathe = () => Promise.resolve()
const context = { emit: () => undefined, log: () => undefined, breathe, worked: () => performance.now() }
const nobody = () => undefined

/** Texts of n examples with k options each, as features; the right option is the one whose features count for most. */
function preferences(n: number, k: number, seed: number) {
  const rng = createRng(seed)
  const dense: Matrix = { rows: n * k, cols: 3, data: Float32Array.from({ length: n * k * 3 }, () => rng.normal()) }
  const worth = Array.from({ length: n * k }, (_, row) => {
    const [a, b, c] = dense.data.subarray(row * 3, row * 3 + 3)
    return a! - 2 * b! + 0.5 * c!
  })
  const truth = Array.from({ length: n }, (_, i) => {
    const own = worth.slice(i * k, (i + 1) * k)
    return own.indexOf(Math.max(...own))
  })
  const targets = { rows: n, cols: k, data: Float32Array.from(truth.flatMap((t) => oneOf(k, t))) }
  return { batch: { n: n * k, dense }, truth, targets }
}
const oneOf = (k: number, chosen: number) => Array.from({ length: k }, (_, c) => (c === chosen ? 1 : 0))

/** A linear score, and what follows from it by the book, in double precision. */
const WEIGHTS = [0.3, -0.2, 0.7]
const BIAS = 0.1
const LINEAR: NetSpec = { kind: 'mlp', input: 3, hidden: [], classes: 1 }
const linear = () => ({
  weights: [
    { name: 'output.weight', shape: [3, 1], data: Float32Array.from(WEIGHTS) },
    { name: 'output.bias', shape: [1], data: Float32Array.from([BIAS]) },
  ],
})
function byTheBook({ data }: Matrix, chosen: readonly number[], k: number, targets: Matrix) {
  const featuresOf = (i: number, o: number) => Array.from(data.subarray((i * k + o) * 3, (i * k + o + 1) * 3))
  const gradient = [0, 0, 0]
  let loss = 0
  const shares = chosen.map((i) => {
    const scores = Array.from({ length: k }, (_, o) =>
      Math.exp(featuresOf(i, o).reduce((sum, x, f) => sum + x * Math.fround(WEIGHTS[f]!), BIAS)),
    )
    const p = scores.map((s) => s / scores.reduce((a, b) => a + b))
    p.forEach((share, o) => {
      const wanted = targets.data[i * k + o]!
      loss -= (wanted * Math.log(share)) / chosen.length
      featuresOf(i, o).forEach((x, f) => (gradient[f]! += ((share - wanted) * x) / chosen.length))
    })
    return p
  })
  return { loss, gradient, shares }
}

const xent = (batch: { logits: Matrix; targets: Matrix }) => LOSSES.xent!.compute({ ...batch, progress: 0 }, {})

describe.each(all)('options on $id', ({ create }) => {
  test.each([2, 3, 4])(
    '%i: the scores of an example are its logits, and the loss’s gradient flows into each',
    async (k) => {
      const { batch, targets } = preferences(10, k, k)
      const asking = ASKING.options({ batch, targets })
      const learner = await create(LINEAR, linear())
      try {
        const chosen = [7, 0, 3, 3]
        const taught = await asking.teach(learner, chosen, xent)
        const expected = byTheBook(batch.dense, chosen, k, targets)
        expect(taught.loss).toBeCloseTo(expected.loss, 5)
        const gradients = await learner.readGradients()
        const slopes = gradients.find(({ name }) => name === 'output.weight')!.data
        slopes.forEach((slope, f) => expect(slope).toBeCloseTo(expected.gradient[f]!, 5))
        // What all options have in common tells nothing.
        expect(gradients.find(({ name }) => name === 'output.bias')!.data[0]).toBeCloseTo(0, 6)

        const done: number[] = []
        const said = await asking.ask(learner, batch, breathe, (n) => done.push(n))
        expect(done.at(-1)).toBe(10)
        const everyone = Array.from({ length: 10 }, (_, i) => i)
        byTheBook(batch.dense, everyone, k, targets).shares.forEach((shares, i) =>
          shares.forEach((share, o) => expect(probability(said, i, o)).toBeCloseTo(share, 5)),
        )
      } finally {
        learner.dispose()
      }
    },
  )

  test('of two are Bradley and Terry’s: the chance of one over the other falls with the difference of scores alone', async () => {
    const batch = { n: 4, dense: { rows: 4, cols: 3, data: Float32Array.from([1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0]) } }
    const asking = ASKING.options({ batch, targets: { rows: 2, cols: 2, data: Float32Array.from([1, 0, 1, 0]) } })
    const learner = await create(LINEAR, linear())
    const said = await asking.ask(learner, batch, breathe, nobody)
    learner.dispose()
    expect(probability(said, 0, 0)).toBeCloseTo(1 / (1 + Math.exp(-0.3)), 6)
    expect(probability(said, 1, 0)).toBeCloseTo(1 / (1 + Math.exp(-0.9)), 6)
  })

  test('are learnt by the one training loop, of examples that it has not seen as well', async () => {
    const [taught, test] = [preferences(120, 3, 1), preferences(200, 3, 2)]
    const learner = await create({ ...LINEAR, hidden: [8] }, { seed: 1 })
    const trained = await train(
      {
        ...{ learner, optimiser: OPTIMISER, evaluations: 2, seed: 1 },
        ...{ asking: ASKING.options(taught), keeping: unkept(CHOICES_FILE) },
        loss: xent,
        sets: [{ split: 'test', followed: true, batch: test.batch, truth: test.truth, weak: null }],
      },
      context,
    )
    learner.dispose()
    const right = trained.predictions.get('test')!.map((said) => shareOf(decisions(said), test.truth))
    expect(right[0]).toBeLessThan(0.6)
    expect(right.at(-1)).toBeGreaterThan(0.9)
  })
})

const shareOf = (said: ArrayLike<Decision>, truth: readonly Decision[]) =>
  truth.filter((t, i) => said[i] === t).length / truth.length

describe.each(all)('classes on $id', ({ create }) => {
  test('are taught and asked by what the net’s calls give, to the bit', async () => {
    const net: NetSpec = { kind: 'mlp', input: 3, hidden: [4], classes: 4 }
    const { dense } = preferences(12, 1, 5).batch
    const targets: Matrix = {
      rows: 12,
      cols: 4,
      data: Float32Array.from({ length: 48 }, (_, i) => Number(i % 5 === 0)),
    }
    const asking = ASKING.classes({ batch: { n: 12, dense }, targets })
    const learner = await create(net, { seed: 3 })
    const taught = await asking.teach(learner, [2, 5], xent)
    const slopes = await learner.readGradients()
    const rows = [2, 5].flatMap((i) => [...dense.data.subarray(i * 3, i * 3 + 3)])
    const wanted = [2, 5].flatMap((i) => [...targets.data.subarray(i * 4, i * 4 + 4)])
    let loss = NaN
    await learner.gradients({ n: 2, dense: { rows: 2, cols: 3, data: Float32Array.from(rows) } }, (logits) => {
      const value = xent({ logits, targets: { rows: 2, cols: 4, data: Float32Array.from(wanted) } })
      loss = value.loss
      return value.dLogits
    })
    expect(taught.loss).toBe(loss)
    expect(await learner.readGradients()).toEqual(slopes)
    learner.dispose()
  })
})

const LANGUAGE: TransformerSpec = {
  ...{ kind: 'transformer', vocabulary: 12, width: 16, layers: 1, heads: 2, kvHeads: 2, headSize: 8, inner: 32 },
  ...{ positions: { kind: 'learned', count: 12 }, tokenTypes: 0, norm: 'layer', normEpsilon: 1e-5, normOrder: 'pre' },
  ...{ parallel: false, causal: true, activation: 'gelu-tanh', bias: { qkv: true, out: true, mlp: true } },
  ...{ pooling: 'last', head: { kind: 'language', tied: false } },
}
const STOP = 11
const lists = (examples: readonly number[][]): TokenBatch => {
  const offsets = new Int32Array(examples.length + 1)
  examples.forEach((tokens, i) => (offsets[i + 1] = offsets[i]! + tokens.length))
  return { n: examples.length, tokens: Int32Array.from(examples.flat()), offsets }
}
/** A count that is to be gone on with, twice and then the stop: 3 4 → 5 6. */
const prompts = Array.from({ length: 7 }, (_, i) => [i, i + 1])
const answers = prompts.map(([, last]) => [last! + 1, last! + 2, STOP])
const lesson = {
  batch: {
    ...lists(prompts.map((prompt, i) => [...prompt, ...answers[i]!])),
    from: Int32Array.from(prompts, ({ length }) => length),
  } satisfies LanguageBatch,
  ...{ most: 4, stop: STOP, textOf: (tokens: number[]) => tokens.join(' ') },
}
const truth = answers.map((tokens) => tokens.slice(0, -1).join(' '))

describe.each(all)('texts on $id', ({ create }) => {
  test('are taught from where they begin, and written as the net finds likeliest, with what that is worth', async () => {
    const asking = ASKING.text(lesson)
    const learner = await create(LANGUAGE, { seed: 2 })
    try {
      const chosen = [4, 1, 4]
      const { loss } = await asking.teach(learner, chosen, () => expect.unreachable('texts have a loss of their own'))
      // The mean over what is to be written of its surprise, token by token, by the net's own next-token logits.
      const surprises: number[] = []
      for (const i of chosen)
        for (let t = 0; t < answers[i]!.length; t++)
          surprises.push(-(await next([...prompts[i]!, ...answers[i]!.slice(0, t)]))[answers[i]![t]!]!)
      expect(loss).toBeCloseTo(surprises.reduce((a, b) => a + b) / surprises.length, 4)

      const said = await asking.ask(learner, lists(prompts), breathe, nobody)
      for (const [i, prompt] of prompts.entries()) {
        const written: number[] = []
        let sum = 0
        while (written.length < lesson.most && written.at(-1) !== STOP) {
          const logs = await next([...prompt, ...written])
          written.push(logs.indexOf(Math.max(...logs)))
          sum += Math.max(...logs)
        }
        expect(decisions(said)[i]).toBe(written.filter((token) => token !== STOP).join(' '))
        expect(confidence(said)[i]).toBeCloseTo(Math.exp(sum), 4)
      }
    } finally {
      learner.dispose()
    }
    /** Log-probabilities of the token after these, in double precision. */
    async function next(tokens: number[]): Promise<number[]> {
      const logits = Array.from((await learner.forward(lists([tokens]))).data)
      const most = Math.max(...logits)
      const total = most + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - most), 0))
      return logits.map((z) => z - total)
    }
  })

  test('are learnt by the one training loop', async () => {
    const learner = await create(LANGUAGE, { seed: 2 })
    const trained = await train(
      {
        ...{ learner, optimiser: { ...OPTIMISER, epochs: 120, batch: 7, lr: 0.01 }, evaluations: 2, seed: 1 },
        ...{ asking: ASKING.text(lesson), keeping: unkept(TEXTS_FILE) },
        loss: () => expect.unreachable('texts have a loss of their own'),
        sets: [{ split: 'test', followed: true, batch: lists(prompts), truth, weak: null }],
      },
      context,
    )
    learner.dispose()
    const [before, after] = trained.predictions.get('test')!
    expect(shareOf(decisions(before!), truth)).toBeLessThan(0.5)
    expect(Array.from(decisions(after!))).toEqual(truth)
    expect(Math.min(...confidence(after!))).toBeGreaterThan(0.5)
  })
})
