import type { Failure } from '../../src-preload/contract'
import { badInput, failureOf, LabError } from '../lab/errors'
import { EXIT, type ExitCode } from './exit'

export { EXIT, type ExitCode } from './exit'

/** An argument that cannot be used. */
export const badArgument = (path: string, expected: string, got: string): LabError =>
  badInput([{ path, expected, got }])

/**
 * What `work` gives; what it refuses of its input is told by the options that said it.
 * @param options by the place of the input that each one says, e.g. `axes[0]`
 */
export async function byOptions<T>(options: Record<string, string>, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof LabError) || error.problems.length === 0) throw error
    const optionOf = (path: string) =>
      Object.entries(options).find(
        ([place]) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`),
      )
    throw badInput(error.problems.map((problem) => ({ ...problem, path: optionOf(problem.path)?.[1] ?? problem.path })))
  }
}

/** What went wrong as data, with the exit code that it means. */
export function explain(error: unknown, home: string): { failure: Failure; exit: ExitCode } {
  const failure = failureOf(error, home)
  const isInput = failure.code === 'bad-input' || failure.code === 'not-found'
  return { failure, exit: isInput ? EXIT.badInput : EXIT.unavailable }
}
