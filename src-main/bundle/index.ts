import { contents, slug } from './contents'
import type { BundleInput, BundleReceipt, ExportOptions } from './input'
import type { Target } from './target'
import { writeZip } from './zip'

export type * from './input'
export { teller } from './home'
export { TargetError, targetOf, type Target, type TargetRules } from './target'
export {
  BundleError,
  examineBundle,
  readBundle,
  verifyBundle,
  type Bundle,
  type Examined,
  type Verification,
} from './read'

/**
 * Writes a run as one zip file: spec, plan, results, metrics, predictions, environment, log and their checksums. The
 * same run gives the same bytes. It appears at its place, in a folder that is there, only when complete and safely on
 * disk.
 * @throws Error from the file system, or naming what the store lacks; TargetError when another file came in its way
 */
export function exportBundle(input: BundleInput, target: Target, options: ExportOptions = {}): Promise<BundleReceipt> {
  return writeZip(target, contents(input), options)
}

/** A file name that sorts by date and says what is inside, e.g. `quick-start-2026-11-23-mib4x2qr-0805.w2s.zip`. */
export function bundleName(run: { id: string; name: string; createdAt: number }): string {
  const day = new Date(run.createdAt).toISOString().slice(0, 10)
  return `${slug(run.name).slice(0, 60)}-${day}-${slug(run.id)}.w2s.zip`
}
