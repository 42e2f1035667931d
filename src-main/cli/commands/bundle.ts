import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Calls, RunSummary } from '../../../src-preload/contract'
import { bundleName } from '../../bundle'
import type { Lab } from '../../lab/options'
import type { Context, Flags } from '../context'
import { count, size } from '../text'

/**
 * Exports a run and says how large and, last of all, where.
 * @param path a file, or a folder that gets a file named after the run; the data folder's own when there is none
 */
export async function writeBundle(
  lab: Lab,
  run: RunSummary,
  path: Flags[string],
  { out, cwd }: Context,
): Promise<ReturnType<Calls['exportBundle']>> {
  out.status('Writing the bundle')
  const target = typeof path === 'string' ? fileOf(resolve(cwd, path), run) : ''
  const bundle = await lab.calls.exportBundle({ runId: run.id, path: target })
  if (!bundle) return null
  out.line(`Bundle: ${count(bundle.files, 'file')}, ${size(bundle.bytes)}, sha256 ${bundle.sha256}`)
  out.line(bundle.path)
  return bundle
}

function fileOf(path: string, run: RunSummary): string {
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  return isFolder ? join(path, bundleName(run)) : path
}
