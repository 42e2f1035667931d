import { createHash } from 'node:crypto'
import type {
  Calls,
  Cube,
  ExampleDetail,
  ExampleQuery,
  ExampleRow,
  Facets,
  Remark,
  SeedQuery,
} from '../../../src-preload/contract'
import {
  cube,
  exampleHistory,
  exampleRows,
  facetsOf,
  fitting,
  type SeedPredictions,
  type Stop,
} from '../../science/metrics'
import type { Answers } from '../../science/answers'
import { truthOf, type Example } from '../../science/tasks'
import { LabError } from '../errors'
import type { Means } from './analysis'
import { checkSameRows } from './pairs'
import type { SeedSource } from './predicted'

/** A seed of an arm with the folder of its examples. */
interface Seed {
  data: string
  seed: SeedSource
  /** Folders of the trainings between supervisor and student. */
  rungs: string[]
}
/** The same, its student where a rule stops it or at a step, and a seed of another arm beside. */
interface Asked extends Seed {
  stop: Stop
  step: number | undefined
  against: Seed | undefined
}
type Page = Omit<ExampleQuery, keyof SeedQuery>
/** By the names of the examples. */
type Remarks = Readonly<Record<string, Remark>>

/** What can be asked about the examples of one seed. */
export type LookedQuestion =
  | ({ type: 'cube' | 'facets' } & Asked)
  | ({ type: 'examples'; query: Page; remarks: Remarks } & Asked)
  | ({ type: 'example' | 'name'; index: number } & Asked)

export interface LookedReplies {
  cube: Cube
  facets: Facets
  examples: ReturnType<Calls['examples']>
  /** Null when there is no such example. */
  example: ExampleDetail | null
  /** Null when there is no such example. */
  name: string | null
}

/** The examples of a seed with what its models say of them. */
export interface Looked {
  at: Stop
  seed: SeedPredictions
  against: SeedPredictions | undefined
  rows: readonly ExampleRow[]
  /** What the rows are of. */
  test: readonly Example[]
  /** Of the last query. */
  hits?: Hits
}

/** @throws LabError `bad-input` where the student was not evaluated at the step, or the other arm has other test rows */
export async function lookedAt(question: LookedQuestion, means: Means): Promise<LookedReplies[LookedQuestion['type']]> {
  const looked = await look(question, means)
  const { at, seed, against, rows } = looked
  switch (question.type) {
    case 'cube':
      return cube(seed, at)
    case 'facets':
      return facetsOf(seed, question.stop, at, rows)
    case 'examples':
      return pageOf(looked, question.query, question.remarks)
    case 'name':
      return rows[question.index] ? nameOf(rows[question.index]!) : null
    case 'example': {
      const row = rows[question.index]
      return row ? { ...row, history: exampleHistory(seed, row.index, against) } : null
    }
  }
}

/** Rows are made once for as long as one looks at them: there may be a hundred thousand. */
async function look({ data, seed: source, rungs, stop, step, against }: Asked, means: Means): Promise<Looked> {
  const name = JSON.stringify([data, source, stop, step, against])
  const known = means.looked.get(name)
  if (known) return known
  const task = await means.prepared(data)
  const { test } = task.splits
  const truth = truthOf(test)
  const said = async (of: SeedSource): Promise<SeedPredictions> => ({ ...(await means.read(of)), truth })
  if (against && against.data !== data) checkSameRows(task, await means.prepared(against.data))
  const [seed, other] = [await said(source), against && (await said(against.seed))]
  if (step !== undefined && !seed.steps.includes(step))
    throw new LabError('bad-input', `This student was not evaluated at step ${step}.`)
  const at: Stop = step === undefined ? stop : `step-${step}`
  // Each labels as it stands at its end.
  const climb: Answers[] = []
  for (const rung of rungs) climb.push((await means.training(rung))('test').answers.at(-1)!)
  const looked: Looked = { at, seed, against: other, rows: exampleRows(seed, at, test, other, climb), test }
  means.looked.set(name, looked)
  return looked
}

/** An example by what it asks and what is right: the same in every run and split, and another one when it is edited. */
const nameOf = ({ text, options = [], fen = '', truth }: ExampleRow): string =>
  createHash('sha256')
    .update(JSON.stringify([text, options, fen, truth]))
    .digest('hex')

/** Names of the rows of a test split: hashing a hundred thousand takes a second, and every evaluation has the same ones. */
const named = new WeakMap<readonly Example[], readonly string[]>()

/** The rows with what is said of them. */
function remarked(looked: Looked, remarks: Remarks): readonly ExampleRow[] {
  if (Object.keys(remarks).length === 0) return looked.rows
  const names = named.get(looked.test) ?? looked.rows.map(nameOf)
  named.set(looked.test, names)
  return looked.rows.map((row, i) => {
    const remark = remarks[names[i]!]
    return remark ? { ...row, remark } : row
  })
}

/** What fits a query, in its order; kept for the next page of it. */
interface Hits {
  /** Of the query, its page apart, and of what is said of the examples. */
  name: string
  rows: readonly ExampleRow[]
  /** How many of them each model is right about. */
  right: Record<'weak' | 'student' | 'ceiling', number>
}

function pageOf(looked: Looked, { offset, limit, ...query }: Page, remarks: Remarks): LookedReplies['examples'] {
  const name = JSON.stringify([query, remarks])
  if (looked.hits?.name !== name) looked.hits = { name, ...hitsOf(remarked(looked, remarks), query) }
  const { rows, right } = looked.hits
  return { total: rows.length, right, rows: rows.slice(offset, offset + limit) }
}

function hitsOf(all: readonly ExampleRow[], query: Omit<Page, 'offset' | 'limit'>): Omit<Hits, 'name'> {
  const { moves = [], sort } = query
  const fits = fitting(query)
  const rows = all.filter(
    (row) => fits(row) && (moves.length === 0 || (row.against !== undefined && moves.includes(row.against.move))),
  )
  // The surest first: a confident error is the one to read.
  if (sort === 'weak-confidence') rows.sort((a, b) => b.weak.confidence - a.weak.confidence)
  if (sort === 'student-confidence') rows.sort((a, b) => b.student.confidence - a.student.confidence)
  const right = (of: 'weak' | 'student' | 'ceiling') => rows.filter((row) => row[of].right).length
  return { rows, right: { weak: right('weak'), student: right('student'), ceiling: right('ceiling') } }
}
