// What an ended run leaves known, and what it leaves open.
import { list, plural } from '../../lib/format'
import { brokenOf, shownState } from '../../lib/runs'
import type { Curve, RunDetail, StageStatus } from '../../lib/types'

/** Trainings of one role that differ in their seeds alone. */
export interface Known {
  name: string
  /** Of the seeds that are done. */
  keys: string[]
  seeds: number
}

const BELOW: readonly StageStatus['role'][] = ['weak', 'ceiling']

/** Floors and ceilings of a run with how many of their seeds are done; those of which none is are left out. */
export function knownOf({ stages }: RunDetail): Known[] {
  const groups = new Map<string, Known>()
  for (const { key, kind, role, state, facts } of stages) {
    if (kind !== 'train' || !BELOW.includes(role)) continue
    const name = [role === 'weak' ? 'supervisor' : 'ceiling', facts.of, facts.task].filter(Boolean).join(' · ')
    const group = groups.get(name) ?? { name, keys: [], seeds: 0 }
    group.seeds++
    if (state === 'done') group.keys.push(key)
    groups.set(name, group)
  }
  return [...groups.values()].filter(({ keys }) => keys.length > 0)
}

/** The mean of what the curves of these stages end at; null while one of them has none. */
export function lastMean({ keys }: Known, curves: readonly Curve[]): number | null {
  const ends = keys.map((key) => curves.find((curve) => curve.key === key)?.value.at(-1))
  const sum = ends.reduce<number | null>((s, end) => (s === null || end === undefined ? null : s + end), 0)
  return sum === null ? null : sum / keys.length
}

/** What is not done of an ended run, in a sentence; '' where all is. */
export function openOf({ stages }: RunDetail): string {
  const open = stages.filter(({ state }) => state !== 'done')
  if (open.length === 0) return ''
  const words = [...new Set(open.map(({ facts }) => facts.does))]
  const parts = words.map((does) => `${open.filter(({ facts }) => facts.does === does).length} × ${does}`)
  return `${plural(open.length, 'stage')} of ${stages.length} ${open.length === 1 ? 'is' : 'are'} not done: ${list(parts)}.`
}

/** Why an ended run has no more, in a sentence. */
export function whyOf(run: RunDetail): string {
  const broken = brokenOf(run.stages)
  const skipped = run.stages.some((stage) => shownState(stage) === 'skipped')
  if (broken) return `“${broken.title}” failed${skipped ? ', and what needs it was left out' : ''}.`
  return run.state === 'cancelled' ? 'It was cancelled.' : 'The engine or the app ended while it worked.'
}
