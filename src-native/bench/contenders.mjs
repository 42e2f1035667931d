// Who takes part in scripts/bench-native.mjs: learners of the app, and PyTorch, each timing its own calls.
import { performance } from 'node:perf_hooks'

export const UPDATE = { lr: 1e-4, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, clipNorm: 0 }

/** Seconds of the processor that this process has used, or of the clock. */
export const clocks = {
  processor() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  },
  wall: () => performance.now() / 1000,
}

/** The mean softmax cross-entropy with `labels`, and its gradient. */
function crossEntropy(logits, labels) {
  const classes = logits.cols
  const slope = new Float32Array(logits.data.length)
  let loss = 0
  labels.forEach((label, i) => {
    const row = logits.data.subarray(i * classes, (i + 1) * classes)
    const top = Math.max(...row)
    const total = row.reduce((sum, z) => sum + Math.exp(z - top), 0)
    loss += (Math.log(total) + top - row[label]) / labels.length
    row.forEach((z, c) => {
      slope[i * classes + c] = (Math.exp(z - top) / total - (c === label ? 1 : 0)) / labels.length
    })
  })
  return { loss, slope: { ...logits, data: slope } }
}

function packed({ tokens, labels }) {
  const offsets = new Int32Array(tokens.length + 1)
  tokens.forEach((t, i) => (offsets[i + 1] = offsets[i] + t.length))
  return { batch: { n: tokens.length, tokens: Int32Array.from(tokens.flat()), offsets }, labels }
}

/** A learner of the app as a contender. `now`: one of `clocks`. */
export class LearnerSide {
  #at = 0
  constructor(learner, batches, now) {
    this.learner = learner
    this.batches = batches.map(packed)
    this.now = now
  }
  #next() {
    return this.batches[this.#at++ % this.batches.length]
  }
  /** Of the first batch; the next call takes the second. */
  async logits() {
    this.#at = 0
    return (await this.learner.forward(this.#next().batch)).data
  }
  async forward(count) {
    const times = []
    for (let i = 0; i < count; i++) {
      const { batch } = this.#next()
      const start = this.now()
      await this.learner.forward(batch)
      times.push(this.now() - start)
    }
    return { times }
  }
  async step(count) {
    const [times, losses] = [[], []]
    for (let i = 0; i < count; i++) {
      const { batch, labels } = this.#next()
      const start = this.now()
      await this.learner.gradients(batch, (logits) => {
        const { loss, slope } = crossEntropy(logits, labels)
        losses.push(loss)
        return slope
      })
      await this.learner.step(UPDATE)
      times.push(this.now() - start)
    }
    return { times, losses }
  }
}

/** PyTorch as a contender; `bf16`: under autocast. */
export class TorchSide {
  constructor(torch, bf16 = false) {
    this.torch = torch
    this.bf16 = bf16
  }
  async logits() {
    const { logits } = await this.torch.ask('logits')
    return Float32Array.from(logits.flat())
  }
  forward(count) {
    return this.torch.ask('forward', { count, bf16: this.bf16 })
  }
  step(count) {
    return this.torch.ask('step', { count, bf16: this.bf16 })
  }
}

const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0)

/**
 * Holds a contender's logits, and the losses of its first three steps, against PyTorch's: they must train the same model.
 * @throws Error with what is off
 */
export async function expectSame(name, side, torch, tolerance) {
  const [got, expected] = [await side.logits(), await torch.logits()]
  const off = largest(got.map((x, i) => x - expected[i])) / largest(expected)
  if (!(off < tolerance)) throw new Error(`${name}: logits are off by ${off.toExponential(1)} from PyTorch's`)
  const [own, other] = [await side.step(3), await torch.step(3)]
  const steps = largest(own.losses.map((loss, i) => loss / other.losses[i] - 1))
  if (!(steps < tolerance)) throw new Error(`${name}: losses are off by ${steps.toExponential(1)} from PyTorch's`)
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/**
 * Median seconds of a call (`forward` or `step`) of each contender. They take turns of about 0.3 s, so that a busy machine
 * is busy for all; at least `rounds` turns each.
 */
export async function alternate(sides, call, seconds, rounds) {
  const counts = []
  for (const side of sides) {
    const { times } = await side[call](2)
    counts.push(Math.max(1, Math.min(200, Math.round(0.3 / median(times)))))
  }
  const all = sides.map(() => [])
  const start = performance.now()
  for (let round = 0; round < rounds || performance.now() - start < seconds * 1000; round++)
    for (const [i, side] of sides.entries()) {
      all[i].push(...(await side[call](counts[i])).times)
      await pause(20) // PyTorch's threads spin for a while after their work
    }
  return all.map(median)
}
