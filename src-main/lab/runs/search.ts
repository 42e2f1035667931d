import type { FoundRuns } from '../../../src-preload/contract'
import { readQuery, type Subject } from '../../science/query'
import type { FigureRow, MarkRow, RunCounts, Store } from '../../store'
import { marksOf, nameOf, stateOf } from './view'

/**
 * The runs that answer to a query: those of which one arm answers to all of it. What is hidden or in the trash is found
 * where the query asks for it.
 */
export function findRuns(store: Store, text: string): FoundRuns {
  const { query, problem } = readQuery(text)
  if (!query) return { ids: [], parts: [], problem }
  const marks = new Map(store.marks.all().map((mark) => [mark.run, mark]))
  const figures = figuresOfAll(store)
  const asksHow = query.fields.has('is')
  const ids = store.runs.all().flatMap((run) => {
    const mark = marks.get(run.id)
    const { hidden, trashedAt } = marksOf(mark)
    if (!asksHow && (hidden || trashedAt !== null)) return []
    return subjectsOf(run, mark, figures.get(run.id) ?? []).some(query.test) ? [run.id] : []
  })
  return { ids, parts: query.parts, problem: null }
}

function figuresOfAll(store: Store): Map<string, FigureRow[]> {
  const figures = new Map<string, FigureRow[]>()
  for (const row of store.figures.all()) {
    const known = figures.get(row.run)
    if (known) known.push(row)
    else figures.set(row.run, [row])
  }
  return figures
}

/** A run as a query sees it: arm by arm. */
function subjectsOf(run: RunCounts, mark: MarkRow | undefined, figures: readonly FigureRow[]): Subject[] {
  const { tags, notes, hidden, starred, trashedAt } = marksOf(mark)
  const is = [
    ...(starred ? ['starred'] : []),
    ...(hidden ? ['hidden'] : []),
    ...(trashedAt === null ? [] : ['trashed']),
  ]
  const name = nameOf(run, mark)
  const { question, createdAt: begun, seconds: took } = run
  const texts = [name, run.name, run.id, question, run.headline, notes, ...tags]
  const common = { state: stateOf(run), is, tags, name, question, notes, begun, took }
  if (figures.length === 0) return [{ ...common, texts, ...NO_ARM }]
  return figures.map((figure) => ({
    ...common,
    texts: [...texts, figure.task, figure.weak, figure.strong, figure.method],
    ...armOf(figure),
  }))
}

const NO_ARM = {
  ...{ task: null, weak: null, strong: null, method: null, seeds: null },
  ...{ floor: null, student: null, ceiling: null, gap: null, pgr: null, low: null, high: null },
}

function armOf({ task, weak, strong, method, seeds, floor, student, ceiling, pgr, low, high, reason }: FigureRow) {
  const gap = floor === null || ceiling === null ? null : ceiling - floor
  const told = reason === '' ? pgr : ('undefined' as const)
  return { task, weak, strong, method, seeds, floor, student, ceiling, gap, pgr: told, low, high }
}
