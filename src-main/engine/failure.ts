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
