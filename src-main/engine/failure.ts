import type { Cause } from './protocol'

/** A failure whose cause is known; the message is a sentence for people. */
export class KnownFailure extends Error {
  constructor(
    readonly why: Cause,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** What comes out of a model as it was given is no number: its weights are damaged, or the GPU that computed errs. */
export class NoNumbers extends Error {
  /** @param what a sentence without its end, "The likelihoods are not numbers" */
  constructor(
    readonly what: string,
    byGpu = false,
  ) {
    const other = byGpu ? ', or the GPU gives wrong numbers; the Doctor (`w2s doctor`) tests that' : ''
    super(`${what}: the weights of the model are damaged${other}.`)
  }
}

/** What a training that ran away says; `what` begins in the middle of a sentence. */
export function diverged(what: string, step: number, steps: number, lr: number): Error {
  if (step === 0) return new NoNumbers(`The ${what} before the first step`)
  return new KnownFailure(
    'diverged',
    `The ${what} at step ${step} of ${steps}: the training diverged. A lower learning rate (now ${lr}) or a gradient clip helps.`,
  )
}
