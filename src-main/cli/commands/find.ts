import { existsSync } from 'node:fs'
import type { RunSummary } from '../../../src-preload/contract'
import type { Lab } from '../../lab/options'
import { show } from '../../science/spec/problems'
import type { Context } from '../context'
import { badArgument } from '../errors'

/** The lab for reading its runs. @throws LabError when there is none where the user said that it is */
export function openRuns({ home, homeBy, openLab }: Context): Promise<Lab> {
  if (homeBy !== null && !existsSync(home))
    throw badArgument(homeBy, 'the folder of a lab, but there is none', show(home))
  return openLab({ readOnly: true })
}

/** What `<run>` may be, for the help. */
export const RUN_USAGE = '<run>'

/**
 * The run that an argument means: its id, the first characters of its id, or `last`.
 * @throws LabError naming what there is
 */
export async function findRunBy(lab: Lab, text: string): Promise<RunSummary> {
  const runs = await lab.calls.runs()
  if (text === 'last' && runs[0]) return runs[0]
  const exact = runs.find((run) => run.id === text)
  // Every id begins like nothing.
  const alike = exact ? [exact] : runs.filter((run) => text !== '' && run.id.startsWith(text))
  if (alike.length === 1) return alike[0]!
  const expected =
    alike.length > 1
      ? `more of the id: ${alike.length} runs begin like this`
      : runs.length === 0
        ? 'the id of a run, but there is none yet'
        : 'the id of a run (see `w2s list`), its first characters, or "last"'
  throw badArgument(RUN_USAGE, expected, show(text))
}
