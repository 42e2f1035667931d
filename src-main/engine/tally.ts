import { neededOperations, type Pass } from '../science/models/operations'
import type { Backend, Batch, Learner, LearnerOptions } from './backends/learner'
import { over } from './over'

/** What learners have done so far. */
export interface Done {
  /** Passed through them, trained on or not; without padding. */
  tokens: number
  /** Seconds that the matrix products need which that took, at the peak of what computes; null where the peak is not known. */
  leastSeconds: number | null
}

/** The same backend, whose learners count what they do. */
export function tallying(backend: Backend): { backend: Backend; done: () => Done } {
  let tokens = 0
  let seconds: number | null = backend.peak ? 0 : null
  function count({ net }: Learner, batch: Batch, pass: Pass, precision: LearnerOptions['precision']): void {
    if (!('tokens' in batch)) return
    tokens += batch.tokens.length
    const peak = backend.peak?.(precision ?? 'fp32') ?? null
    if (net.kind !== 'transformer' || peak === null || seconds === null) seconds = null
    else seconds += neededOperations(net, batch.offsets, pass) / peak
  }
  const create: Backend['create'] = async (net, init, options = {}) => {
    const learner = await backend.create(net, init, options)
    const blocks = options.trainBlocks
    const training: Pass = { trained: true, ...(blocks !== undefined && { blocks }) }
    /** Does it, and counts it once it is done. */
    async function counted<T>(batch: Batch, pass: Pass, work: Promise<T>): Promise<T> {
      const answer = await work
      count(learner, batch, pass, options.precision)
      return answer
    }
    return over(learner, {
      gradients: (batch, dLogits) => counted(batch, training, learner.gradients(batch, dLogits)),
      lmStep: (batch) => counted(batch, training, learner.lmStep(batch)),
      forward: (batch) => counted(batch, { trained: false }, learner.forward(batch)),
      score: (batch) => counted(batch, { trained: false }, learner.score(batch)),
      features: (batch, layer) => counted(batch, { trained: false }, learner.features(batch, layer)),
    })
  }
  return { backend: { ...backend, create }, done: () => ({ tokens, leastSeconds: seconds }) }
}
