// A run's spec, changed a little and to be run again.
import { fieldsAt, valueAt, withValue } from './draft'
import type { ExperimentSpec, Remedy } from './types'

/** In what a run may be run again otherwise: what it is called, and its place in a spec. */
export const AGAIN_WITH: readonly { label: string; path: string }[] = [
  { label: 'another task', path: 'tasks' },
  { label: 'another supervisor', path: 'weak[0].model' },
  { label: 'another student', path: 'strong[0].model' },
  { label: 'another method', path: 'methods[0].method' },
  { label: 'other labels', path: 'labels' },
  { label: 'another stop', path: 'stop' },
  { label: 'another learning rate', path: 'optimiser.lr' },
  { label: 'other epochs', path: 'optimiser.epochs' },
  { label: 'other sizes', path: 'sizes.weak' },
  { label: 'another split', path: 'splitSeed' },
  { label: 'other seeds', path: 'seeds' },
]

/** The name of what comes of a spec by changes: "Quick start, changed", then "Quick start, changed 2", and so on. */
export function changedName(name: string): string {
  const [, stem, n] = /^(.*), changed(?: (\d+))?$/.exec(name) ?? []
  return stem === undefined ? `${name}, changed` : `${stem}, changed ${Number(n ?? 1) + 1}`
}

/** Seeds and so many more, those that follow the largest. */
export function moreSeeds(seeds: readonly number[], more: number): number[] {
  const next = Math.max(-1, ...seeds) + 1
  return [...seeds, ...Array.from({ length: more }, (_, i) => next + i)]
}

/** A spec with so many seeds more. */
export function withMoreSeeds(spec: ExperimentSpec, more: number): ExperimentSpec {
  const seeds = moreSeeds(spec.seeds, more)
  const stem = spec.name.replace(/, \d+ seeds$/, '')
  return { ...spec, name: `${stem}, ${seeds.length} seeds`, seeds }
}

/** A spec in which the optimiser of the model at a place has another value. */
export function withOptimiser(spec: unknown, { path, set, value }: Extract<Remedy, { does: 'again' }>): unknown {
  const before = fieldsAt(spec, `${path}.optimiser`)
  const named = withValue(spec, 'name', changedName(String(valueAt(spec, 'name'))))
  return withValue(named, `${path}.optimiser`, { ...before, [set]: value })
}

/** How many seeds make an interval over them worth something, for a run that has so many: 3, then 5, 8, 12 and four more. */
export function seedsToAdd(have: number): number {
  const goal = [3, 5, 8, 12].find((n) => n > have) ?? have + 4
  return goal - have
}
