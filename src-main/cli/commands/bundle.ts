import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Calls, RunSummary } from '../../../src-preload/contract'
import { bundleName, TargetError, targetOf } from '../../bundle'
import { badInput } from '../../lab/errors'
import type { Lab } from '../../lab/options'
import { show } from '../../science/spec/problems'
import type { Context, Flags, Option } from '../context'
import { badArgument } from '../errors'
import { pathOf } from '../paths'
import { count, size, wrap } from '../text'

/** Option of the commands that write a bundle. */
export const FORCE: Option = { type: 'boolean', help: 'Write over the file that is there, whatever it is.' }

/**
 * Exports a run and says how large and, last of all, where.
 * @param told whether the results were told, with how often they had been looked at
 * @param flags `export`: a file, or a folder that gets a file named after the run; the data folder's own when there is none
 */
export async function writeBundle(
  lab: Lab,
  run: RunSummary,
  { export: path, force }: Flags,
  { out, cwd }: Context,
  told = false,
): Promise<ReturnType<Calls['exportBundle']>> {
  out.status('Writing the bundle')
  const target = typeof path === 'string' ? fileOf(resolve(cwd, path), run) : ''
  const bundle = await lab.calls.exportBundle({ runId: run.id, path: target, force: force === true })
  if (!bundle) return null
  if (bundle.looks && !told) for (const line of wrap(bundle.looks.text, out.columns)) out.line(line)
  out.line(`Bundle: ${count(bundle.files, 'file')}, ${size(bundle.bytes)}, sha256 ${bundle.sha256}`)
  out.line(bundle.path)
  return bundle
}

/**
 * Looks whether a run's bundle may be written where it is wanted, before the run takes its time.
 * @param spec the file that is run; it is never written over
 * @param known the run that is gone on with, if any: its own bundle may be replaced
 * @throws LabError naming the path
 */
export async function checkTarget(
  { export: path, force }: Flags,
  spec: string,
  known: RunSummary | null,
  { cwd, home }: Context,
): Promise<void> {
  if (typeof path !== 'string') return
  const wanted = pathOf('--export', path, cwd)
  const there = existsSync(wanted) ? statSync(wanted) : null
  if (there?.isDirectory()) return
  const asked = statSync(resolve(cwd, spec), { throwIfNoEntry: false })
  if (there && asked?.isFile() && there.ino === asked.ino && there.dev === asked.dev)
    throw badArgument('--export', 'another file than the spec that is run', show(path))
  const reserved = [{ folder: home, but: join(home, 'bundles') }]
  await targetOf(wanted, { runId: known?.id ?? null, force: force === true, reserved }).catch((error: unknown) => {
    throw error instanceof TargetError ? badInput([error.problem]) : error
  })
}

function fileOf(path: string, run: RunSummary): string {
  const isFolder = existsSync(path) && statSync(path).isDirectory()
  return isFolder ? join(path, bundleName(run)) : path
}
