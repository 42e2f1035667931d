import { describe, expect, test } from 'vitest'
import { CHOICES_FILE } from '../../src-main/data/evaluations'
import { ASKING } from '../../src-main/engine/asking'
import { loadBackend } from '../../src-main/engine/backends'
import type { Learner } from '../../src-main/engine/backends/learner'
import { train, type Training } from '../../src-main/engine/loop'
import { Cancelled, type StageEvent } from '../../src-main/engine/context'
import type { Choices } from '../../src-main/science/answers'
import { LOSSES } from '../../src-main/science/losses'
import type { Matrix } from '../../src-main/science/maths/matrix'
import { createRng } from '../../src-main/science/maths/rng'
import { unkept } from './unkept'

const OPTIMISER = { epochs: 4, batch: 20, lr: 0.05, schedule: 'cosine', weightDecay: 0, clipNorm: 0 } as const
const PARAMS = { alphaMax: 0.5, warmup: 0.2, schedule: 'linear', threshold: 'weak-mean' }

/** Two clouds of points; the supervisor errs on every fifth. */
function points(n: number, seed: number) {
  const rng = createRng(seed)
  const truth = Uint8Array.from({ length: n }, (_, i) => i % 2)
  const data = Float32Array.from({ length: n * 3 }, (_, i) => rng.normal() + (truth[Math.floor(i / 3)] ? 1 : -1))
  const weak = truth.map((label, i) => (i % 5 === 0 ? 1 - label : label))
  return { batch: { n, dense: { rows: n, cols: 3, data } }, truth, weak }
}

/** Labels of the weak supervisor for the first cloud, [100, 2]. */
const weakTargets = (): Matrix => {
  return { rows: 100, cols: 2, data: Float32Array.from([...points(100, 1).weak].flatMap((w) => [1 - w, w])) }
}
const lossOf =
  (loss: string, params: Record<string, unknown>): Training<Choices>['loss'] =>
  (batch) =>
    LOSSES[loss]!.compute(batch, params)

async function training(change: Partial<Training<Choices>> = {}): Promise<Training<Choices>> {
  const backend = await loadBackend('wasm')
  const [taught, test] = [points(100, 1), points(60, 2)]
  return {
    learner: await backend.create({ kind: 'mlp', input: 3, hidden: [8], classes: 2 }, { seed: 1 }),
    asking: ASKING.classes({ batch: taught.batch, targets: weakTargets() }),
    loss: lossOf('logconf', PARAMS),
    optimiser: { ...OPTIMISER },
    evaluations: 5,
    seed: 1,
    sets: [
      { split: 'transfer', followed: false, ...taught },
      { split: 'test', followed: true, ...test, weak: null },
    ],
    keeping: unkept(CHOICES_FILE),
    ...change,
  }
}

const worked = () => performance.now()
const log = () => undefined

async function run(change: Partial<Training<Choices>> = {}, breathe = () => Promise.resolve()) {
  const events: StageEvent[] = []
  const input = await training(change)
  try {
    const trained = await train(input, { emit: (event) => events.push(event), breathe, worked, log })
    return { trained, events, weights: await input.learner.save() }
  } finally {
    input.learner.dispose()
  }
}
const metrics = (events: StageEvent[], name: string, split: string) =>
  events.flatMap((e) => (e.type === 'metric' && e.name === name && e.split === split ? [e] : []))

describe('the training loop', () => {
  test('reports every step and every evaluation, and learns', async () => {
    const { trained, events } = await run()
    expect(trained.steps).toEqual([0, 5, 10, 15, 20])
    expect(metrics(events, 'loss', '').map((e) => e.step)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    const lr = metrics(events, 'lr', '').map((e) => e.value)
    expect(lr[0]).toBe(0.05)
    expect(lr[10]).toBeCloseTo(0.025, 10)
    expect(metrics(events, 'alpha', '').map((e) => e.value)).toEqual(
      Array.from({ length: 20 }, (_, i) => expect.closeTo(Math.min(0.5, i / 8), 10) as number),
    )
    const accuracy = metrics(events, 'accuracy', 'test')
    expect(accuracy.map((e) => e.step)).toEqual(trained.steps)
    // Before the first step the output layer is zero: class 0 everywhere, which half of the points are.
    expect(accuracy[0]!.value).toBe(0.5)
    expect(accuracy.at(-1)!.value).toBeGreaterThan(0.9)
    const progress = events.filter((e) => e.type === 'progress')
    expect(progress.at(-1)).toMatchObject({ done: 20, total: 20, unit: 'steps' })
  })

  test('predicts a split that is not followed after the last step alone, and says of it what it would anyway', async () => {
    const { trained, events } = await run()
    expect(trained.predictions.get('test')).toHaveLength(5)
    expect(trained.predictions.get('transfer')).toHaveLength(1)
    expect(metrics(events, 'accuracy', 'transfer').map(({ step }) => step)).toEqual([20])
    const input = await training()
    const all = await run({ sets: input.sets.map((set) => ({ ...set, followed: true })) })
    input.learner.dispose()
    expect(all.weights).toEqual(await run().then(({ weights }) => weights))
    expect(all.trained.predictions.get('transfer')).toHaveLength(5)
    expect(all.trained.predictions.get('transfer')!.at(-1)).toEqual(trained.predictions.get('transfer')![0])
  })

  test('measures agreement where the supervisor labelled, from the predictions that it gives out', async () => {
    const { trained, events } = await run()
    const { truth, weak } = points(100, 1)
    const last = trained.predictions.get('transfer')!.at(-1)!
    const decisions = Array.from(last.probabilities, (p) => (p > 0.5 ? 1 : 0))
    const share = (chosen: number[]) => chosen.filter((i) => decisions[i] === weak[i]).length / chosen.length
    const everyone = decisions.map((_, i) => i)
    expect(metrics(events, 'agreement', 'transfer').at(-1)!.value).toBe(share(everyone))
    const wrong = everyone.filter((i) => weak[i] !== truth[i])
    expect(metrics(events, 'agreement_weak_wrong', 'transfer').at(-1)!.value).toBe(share(wrong))
    expect(metrics(events, 'agreement', 'test')).toEqual([])
  })

  test('gives the same bits for the same seed, and others for another', async () => {
    const [first, again, other] = [await run(), await run(), await run({ seed: 2 })]
    expect(again.weights).toEqual(first.weights)
    expect(again.trained).toEqual(first.trained)
    expect(other.weights).not.toEqual(first.weights)
  })

  test('with alpha 0 the confidence loss is naive finetuning, bit for bit', async () => {
    const confidence = await run({ loss: lossOf('logconf', { ...PARAMS, alphaMax: 0 }) })
    const naive = await run({ loss: lossOf('xent', {}) })
    expect(confidence.weights).toEqual(naive.weights)
  })

  test('goes through every example once an epoch, in another order each', async () => {
    const input = await training({ sets: [] })
    const seen: number[][] = []
    // Rows are told apart by their first feature, from 0 to 99.
    const dense = { rows: 100, cols: 3, data: Float32Array.from({ length: 300 }, (_, i) => i / 3) }
    input.asking = ASKING.classes({ batch: { n: 100, dense }, targets: weakTargets() })
    const { learner } = input
    const recorder: Learner = {
      ...learner,
      net: learner.net,
      pieces: learner.pieces,
      gradients(batch, loss) {
        if (!('dense' in batch)) throw new Error('expected dense features')
        const { rows, cols, data } = batch.dense
        seen.push(Array.from({ length: rows }, (_, r) => Math.floor(data[r * cols]!)))
        const logits = { rows, cols: 2, data: new Float32Array(rows * 2) }
        loss(logits)
        return Promise.resolve(logits)
      },
      step: () => Promise.resolve(),
    }
    await train({ ...input, learner: recorder }, { emit: () => {}, breathe: () => Promise.resolve(), worked, log })
    learner.dispose()
    const epochs = [0, 1, 2, 3].map((e) => seen.slice(e * 5, e * 5 + 5).flat())
    const sorted = Array.from({ length: 100 }, (_, i) => i)
    for (const epoch of epochs) expect(epoch.toSorted((a, b) => a - b)).toEqual(sorted)
    expect(epochs[1]).not.toEqual(epochs[0])
  })

  test('says how much of the work is done, predictions counted in', async () => {
    const { events } = await run()
    const told = events.flatMap((event) => (event.type === 'progress' ? [event] : []))
    // 20 steps of 20 examples forward and back, 5 evaluations of 60, one of 100 more: 1,200 and 400 passes forward.
    expect(told[0]).toMatchObject({ done: 0, total: 20, unit: 'steps', phase: 'predicting test', share: 60 / 1600 })
    expect(told.at(-1)).toMatchObject({ done: 20, phase: 'predicting test', share: 1 })
    const shares = told.map((event) => event.share)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
  })

  test('stops at the next step when it is cancelled', async () => {
    let calls = 0
    const events: StageEvent[] = []
    const input = await training({ sets: [] })
    const stopped = train(input, {
      emit: (event) => events.push(event),
      breathe: () => (++calls > 7 ? Promise.reject(new Cancelled()) : Promise.resolve()),
      ...{ worked, log },
    })
    await expect(stopped).rejects.toThrow(Cancelled)
    expect(metrics(events, 'loss', '')).toHaveLength(7)
    input.learner.dispose()
  })

  test('ends with a plain message when the loss is not a number any more', async () => {
    const input = await training({ optimiser: { ...OPTIMISER, lr: 1e38, schedule: 'constant' } })
    const events: StageEvent[] = []
    const diverging = train(input, {
      emit: (event) => events.push(event),
      breathe: () => Promise.resolve(),
      worked,
      log,
    })
    await expect(diverging).rejects.toThrow(/The loss became .* at step \d+ of 20: the training diverged/)
    await expect(diverging).rejects.toMatchObject({ why: 'diverged' })
    // Its curve ends with what it broke off at.
    const losses = metrics(events, 'loss', '').map(({ value }) => Number.isFinite(value))
    expect(losses).toEqual([...losses.slice(1).map(() => true), false])
    input.learner.dispose()
  })

  test('tells how far it came when it breaks off, also right after another report', async () => {
    const events: StageEvent[] = []
    const input = await training({ optimiser: { ...OPTIMISER, lr: 1e38, schedule: 'constant' } })
    const context = { emit: (event: StageEvent) => events.push(event), breathe: () => Promise.resolve(), worked, log }
    const step = await train(input, context).then(
      () => NaN,
      (error: Error) => Number(/at step (\d+) of 20/.exec(error.message)![1]),
    )
    expect(step).toBeGreaterThan(0)
    const last = events.filter((event) => event.type === 'progress').at(-1)
    expect(last).toMatchObject({ done: step, total: 20, unit: 'steps', etaSeconds: null })
    expect(last!.share).toBeGreaterThan(0)
    expect(last!.share).toBeLessThan(1)
    input.learner.dispose()
  })

  test('ends so, too, when only the predictions after the last step are not numbers', async () => {
    const events: StageEvent[] = []
    const input = await training({ optimiser: { ...OPTIMISER, epochs: 0.2 } })
    const { learner } = input
    let updated = false
    const runaway: Learner = {
      ...learner,
      net: learner.net,
      pieces: learner.pieces,
      gradients: (batch, loss) => learner.gradients(batch, loss),
      step: async (update) => {
        await learner.step(update)
        updated = true
      },
      forward: async (batch) => {
        const logits = await learner.forward(batch)
        return updated ? { ...logits, data: logits.data.fill(NaN, 1, 2) } : logits
      },
    }
    const context = { emit: (event: StageEvent) => events.push(event), breathe: () => Promise.resolve(), worked, log }
    await expect(train({ ...input, learner: runaway }, context)).rejects.toThrow(
      'The predictions of transfer are not numbers at step 1 of 1: the training diverged. A lower learning rate (now 0.05)',
    )
    expect(metrics(events, 'accuracy', 'test').map((event) => event.step)).toEqual([0])
    updated = true
    await expect(train({ ...input, learner: runaway }, context)).rejects.toThrow('before the first step')
    learner.dispose()
  })
})
