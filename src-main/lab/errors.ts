import type { Failure } from '../../src-preload/contract'
import { BundleError } from '../bundle'
import { CheckpointError } from '../data/checkpoints/errors'
import { ModelError } from '../data/models/errors'
import { withoutSecrets } from '../data/secrets'
import { ArtifactError } from '../engine/artifacts'
import type { Problem } from '../science/spec/problems'
import { asStorageError, StorageError } from '../store'

/** A refusal, in words for people. */
export class LabError extends Error {
  override readonly name = 'LabError'
  constructor(
    readonly code: Failure['code'],
    message: string,
    readonly problems: Problem[] = [],
  ) {
    super(message)
  }
}

/** A refusal of an input, with what is wrong where. */
export function badInput(problems: Problem[]): LabError {
  const message = problems.map((p) => `${p.path || 'input'}: expected ${p.expected}, got ${p.got}`).join('\n')
  return new LabError('bad-input', message, problems)
}

/** What goes over the line instead of a thrown error; what an address says about who asks is left out. */
export function failureOf(error: unknown, home: string): Failure {
  const failure = wholeFailure(error, home)
  return { ...failure, message: withoutSecrets(failure.message) }
}

function wholeFailure(error: unknown, home: string): Failure {
  const known = asStorageError(error, home)
  if (known instanceof LabError) {
    const { code, message, problems } = known
    return problems.length > 0 ? { code, message, problems } : { code, message }
  }
  if (known instanceof BundleError) {
    const problems = known.problems.map(({ file, problem }) => ({
      path: file || known.path,
      expected: 'an intact file',
      got: problem,
    }))
    return { code: 'bad-input', message: known.message, problems }
  }
  if (known instanceof ArtifactError) return { code: 'damaged', message: known.message }
  if (known instanceof ModelError) return { code: known.trouble, message: known.message }
  if (known instanceof CheckpointError) return { code: 'bad-input', message: known.message }
  if (known instanceof StorageError) return { code: 'storage', message: known.message }
  return { code: 'internal', message: known instanceof Error ? known.message : String(known) }
}
