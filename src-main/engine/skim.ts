import { zeros } from '../science/maths/matrix'
import { outputsOf } from '../science/models/net'
import type { Backend, Batch, Learner, MemoryReport } from './backends/learner'
import { over } from './over'

/** Of each kind of call one that does not count, for what is done but once, and so many at least that are timed, */
const TIMED = 3
/** and as many as take so long together: what takes a moment takes many times that now and then. */
const TIMED_MS = 150

/** What the calls of one kind came to. Sizes are tokens where there are any, else examples. */
interface Tally {
  calls: number
  /** Of all calls, also those that were not computed. */
  size: number
  timedSize: number
  timedMs: number
}

/** What a stage's learners would have taken. */
export interface Skimmed {
  /** Of all calls, had each been computed at the rate of those that were timed. */
  foretoldMs(): number
  /** That were spent in them. */
  spentMs(): number
  /** Most that one of them held, in bytes; 0 where there was none. */
  memoryBytes(): number
}

/**
 * The same backend, whose learners compute the first few calls of each kind and answer the others with nothing at once:
 * weights stay, logits are 0. A stage goes its whole way by it, so that all its calls are counted, in a moment.
 */
export function skimming(backend: Backend): { backend: Backend; skimmed: Skimmed } {
  const tallies = new Map<string, Tally>()
  let spent = 0
  let memory = 0
  async function call<T>(name: string, size: number, compute: () => Promise<T>, otherwise: () => T, may = true) {
    const tally = tallies.get(name) ?? { calls: 0, size: 0, timedSize: 0, timedMs: 0 }
    tallies.set(name, tally)
    tally.calls += 1
    tally.size += size
    if (!may || (tally.calls > 1 + TIMED && tally.timedMs >= TIMED_MS)) return otherwise()
    const began = performance.now()
    const answer = await compute()
    const took = performance.now() - began
    spent += took
    // The second takes the place of the first: that counts only where it is the only one.
    if (tally.calls <= 2) Object.assign(tally, { timedSize: 0, timedMs: 0 })
    tally.timedSize += size
    tally.timedMs += took
    return answer
  }
  async function create(...args: Parameters<Backend['create']>): Promise<Learner> {
    const learner = await backend.create(...args)
    return skimmer(learner, call, look)
  }
  /** What a learner holds nobody asks in a training: that takes no time of it. */
  async function look(learner: Learner): Promise<void> {
    const began = performance.now()
    memory = Math.max(memory, sumOf(await learner.memory()))
    spent += performance.now() - began
  }
  const foretold = ({ size, timedSize, timedMs }: Tally) => (timedSize > 0 ? (timedMs / timedSize) * size : timedMs)
  return {
    backend: { ...backend, create },
    skimmed: {
      foretoldMs: () => [...tallies.values()].reduce((sum, tally) => sum + foretold(tally), 0),
      spentMs: () => spent,
      memoryBytes: () => memory,
    },
  }
}

/** @param may whether it can be computed */
type Call = <T>(name: string, size: number, compute: () => Promise<T>, otherwise: () => T, may?: boolean) => Promise<T>

const sizeOf = (batch: Batch) => ('tokens' in batch ? batch.tokens.length : batch.n)
const sumOf = ({ weights, mirrors, gradients, moments, activations }: MemoryReport) =>
  weights + mirrors + gradients + moments + activations

type Look = (learner: Learner) => Promise<void>

function skimmer(learner: Learner, call: Call, look: Look): Learner {
  return over(learner, { ...taught(learner, call, look), ...asked(learner, call) })
}

const nothing = ({ net }: Learner, { n }: Batch) => zeros(n, outputsOf(net))

function taught(learner: Learner, call: Call, look: Look): Pick<Learner, 'gradients' | 'lmStep' | 'step'> {
  /** Whether there are gradients, without which there is no step. */
  let isTaught = false
  return {
    gradients(batch, dLogits) {
      const compute = () => {
        isTaught = true
        return learner.gradients(batch, dLogits)
      }
      return call('gradients', sizeOf(batch), compute, () => {
        const logits = nothing(learner, batch)
        // The loss is asked all the same: whoever teaches tells of it.
        dLogits(logits)
        return logits
      })
    },
    lmStep(batch) {
      const compute = () => {
        isTaught = true
        return learner.lmStep(batch)
      }
      return call('lmStep', sizeOf(batch), compute, () => 0)
    },
    async step(update) {
      const isDone = await call(
        'step',
        1,
        async () => (await learner.step(update), true),
        () => false,
        isTaught,
      )
      isTaught = false
      if (isDone) await look(learner)
    },
  }
}

function asked(learner: Learner, call: Call): Pick<Learner, 'forward' | 'score' | 'features' | 'generate'> {
  const { net } = learner
  return {
    forward(batch) {
      const compute = () => learner.forward(batch)
      return call('forward', sizeOf(batch), compute, () => nothing(learner, batch))
    },
    score(batch) {
      const compute = () => learner.score(batch)
      return call('score', sizeOf(batch), compute, () => new Float32Array(batch.n))
    },
    features(batch, layer) {
      const compute = () => learner.features(batch, layer)
      return call('features', sizeOf(batch), compute, () => zeros(batch.n, net.kind === 'transformer' ? net.width : 0))
    },
    generate(batch, options) {
      const compute = () => learner.generate(batch, options)
      return call('generate', batch.n, compute, () => Array.from({ length: batch.n }, () => new Int32Array()))
    },
  }
}
