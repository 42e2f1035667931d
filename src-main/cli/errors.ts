import type { Failure } from '../../src-preload/contract'
import { badInput, failureOf, type LabError } from '../lab/errors'
import { EXIT, type ExitCode } from './exit'

export { EXIT, type ExitCode } from './exit'

/** An argument that cannot be used. */
export const badArgument = (path: string, expected: string, got: string): LabError =>
  badInput([{ path, expected, got }])

/** What went wrong as data, with the exit code that it means. */
export function explain(error: unknown, home: string): { failure: Failure; exit: ExitCode } {
  const failure = failureOf(error, home)
  const isInput = failure.code === 'bad-input' || failure.code === 'not-found'
  return { failure, exit: isInput ? EXIT.badInput : EXIT.unavailable }
}
