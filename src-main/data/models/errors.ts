/** Why: what was asked for is wrong, not there, at work elsewhere, too big for the disk, or not given from outside now. */
export type ModelTrouble = 'bad-input' | 'not-found' | 'conflict' | 'storage' | 'unavailable'

/** Something about getting or keeping models that the user is told. */
export class ModelError extends Error {
  override readonly name: string = 'ModelError'
  constructor(
    readonly trouble: ModelTrouble,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}
