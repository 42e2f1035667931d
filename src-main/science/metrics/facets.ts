import { studentAt, type ExampleRow } from './examples'
import { countPaths } from './flow'
import { confidentJoint, type Joint } from './joint'
import { lengthOf } from './filter'
import type { SeedPredictions } from './predictions'
import type { Stop } from './result'
import { evaluationAt } from './stops'

/** By what the examples of a seed can be told apart, and at which of its evaluations the student is looked at. */
export interface Facets {
  /** Steps of the student's evaluations, ascending. */
  steps: number[]
  /** The step at which the stop rule reports it. */
  reported: number
  /** The one that is looked at. */
  step: number
  /** Groups of more than one example, the largest first; of very many the first `GROUPS`. */
  groups: { group: string; n: number }[]
  /** How many examples stand in no group with another. */
  alone: number
  /** Characters of the shortest and of the longest example; 0 where there is none. */
  length: [least: number, most: number]
  /** Training dynamics, in columns; of very many examples every so many-th. Null of texts, and without an evaluation after step 0. */
  map: DynamicsMap | null
  /** Null of texts. */
  joint: Joint | null
  /** How many examples take each path up the ladder; null where there is none. */
  flow: { path: string; n: number }[] | null
}

export interface DynamicsMap {
  index: number[]
  confidence: number[]
  variability: number[]
  correctness: number[]
  /** Evaluations that they are over. */
  evaluations: number
}

/** How many examples are drawn. */
const DRAWN = 3000

/** How many groups are named. */
const GROUPS = 500

export function facetsOf(seed: SeedPredictions, stop: Stop, at: Stop, rows: readonly ExampleRow[]): Facets {
  const counts = new Map<string, number>()
  let [least, most] = [rows.length > 0 ? Infinity : 0, 0]
  for (const row of rows) {
    counts.set(row.group, (counts.get(row.group) ?? 0) + 1)
    const length = lengthOf(row)
    least = Math.min(least, length)
    most = Math.max(most, length)
  }
  const groups = [...counts].map(([group, n]) => ({ group, n }))
  return {
    steps: seed.steps,
    reported: seed.steps[evaluationAt(seed, stop)]!,
    step: seed.steps[evaluationAt(seed, at)]!,
    groups: groups
      .filter(({ n }) => n > 1)
      .sort((a, b) => b.n - a.n)
      .slice(0, GROUPS),
    alone: groups.filter(({ n }) => n === 1).length,
    length: [least, most],
    map: mapOf(seed, rows),
    joint: confidentJoint(seed.weak, studentAt(seed, at), seed.truth),
    flow: rows[0]?.path === undefined ? null : countPaths(rows.flatMap(({ path }) => path ?? [])),
  }
}

function mapOf({ steps }: SeedPredictions, rows: readonly ExampleRow[]): DynamicsMap | null {
  if (!rows[0]?.dynamics) return null
  const every = Math.ceil(rows.length / DRAWN)
  const drawn = rows.filter((_, i) => i % every === 0)
  const column = (of: 'confidence' | 'variability' | 'correctness') => drawn.map((row) => row.dynamics![of])
  return {
    index: drawn.map(({ index }) => index),
    confidence: column('confidence'),
    variability: column('variability'),
    correctness: column('correctness'),
    evaluations: steps.filter((step) => step > 0).length,
  }
}
