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

/** What an error says, with the system's code of its cause: `fetch failed (ECONNREFUSED)`. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code
  return code ? `${error.message} (${code})` : error.message
}
