import { createRng } from '../../science/maths/rng'
import { median, quantile } from '../../science/maths/statistics'
import { namesIn, textsOf, type Example, type Form, type TaskRow } from '../../science/tasks'
import { openPretrained } from '../checkpoints/open'
import { readTask } from './read'
import { shownExample } from './shown'
import type { ClassCounts, LengthCounts, TaskRows } from './types'

/** The rows of a task, by what they are measured, and which of them are shown. */
export interface LookRequest {
  task: string
  form: Form
  /** Where the rows lie. */
  path: string
  /** A pretrained model whose tokens are counted; null for letters. */
  reader: { title: string; where: string } | null
  /** How often others were asked for: each time those that follow are shown. */
  turn: number
}

/** Examples that are shown. */
const SHOWN = 12
/** Rows whose tokens are counted; letters are counted in all. */
const MEASURED = 2000
/** Bins of a distribution, and the share of texts that is longer than all of them but the last. */
const BINS = 24
const TAIL = 0.02

/** Reads the rows of a task through: how many, how long and what they are. @throws Error as `readTask` */
export async function lookAtTask({ task, form, path, reader, turn }: LookRequest): Promise<TaskRows> {
  const rows = await readTask(path, form)
  const names = namesIn(form)
  const tested = rows.filter(({ split }) => split === 'test').length
  const { lengthOf, limit } = await measureOf(reader)
  const measured = (reader ? spread(rows, MEASURED, 0) : rows).map(exampleOf)
  const kinds = kindsOf(form, measured, lengthOf)
  const shown = spread(
    rows.filter(({ split }) => split !== 'test'),
    SHOWN,
    turn,
  )
  return {
    ...{ task, form: form.kind, names, rows: rows.length, testRows: tested > 0 ? tested : null },
    classes: form.kind === 'classes' ? classCounts(rows, names.length, tested > 0) : null,
    ...{ model: reader?.title ?? null, measured: measured.length },
    lengths: kinds.map(countsOf),
    // Prompts are cut by how much room an answer leaves, which only the training knows.
    cut: limit === null || form.kind === 'text' ? null : { limit, share: longerThan(limit, kinds) },
    examples: shown.map((row) => shownExample(exampleOf(row), names)),
  }
}

/** How long a text is: in letters, or in tokens of a model with its special ones. */
async function measureOf(reader: LookRequest['reader']) {
  if (!reader) return { lengthOf: (text: string) => text.length, limit: null }
  const model = await openPretrained(reader.where)
  const tokenizer = await model.tokenizer().finally(() => model.close())
  return { lengthOf: (text: string) => tokenizer.encode(text).length, limit: model.context }
}

/** At most so many of the rows, one of each stretch, since a file may be sorted; anywhere in it, since labels may alternate. */
function spread<T>(rows: readonly T[], most: number, turn: number): T[] {
  const stretch = Math.max(1, Math.floor(rows.length / most))
  const rng = createRng('rows that are looked at')
  return Array.from(
    { length: Math.min(most, rows.length) },
    (_, i) => rows[i * stretch + ((rng.int(stretch) + turn) % stretch)]!,
  )
}

const exampleOf = (row: TaskRow): Example => ({
  ...{ id: 0, group: '', text: row.text ?? '' },
  ...('options' in row ? { options: row.options, label: row.label } : {}),
  ...('target' in row ? { label: row.target, ...(row.fen !== undefined && { fen: row.fen }) } : { label: row.label }),
})

function classCounts(rows: readonly TaskRow[], classes: number, tested: boolean): ClassCounts {
  const count = (test: boolean) => {
    const counts = new Array<number>(classes).fill(0)
    for (const row of rows) if ('label' in row && (row.split === 'test') === test) counts[row.label]!++
    return counts
  }
  return { train: count(false), test: tested ? count(true) : null }
}

interface Kind {
  of: LengthCounts['of']
  series: { name: string; lengths: number[] }[]
}

/** The lengths of all that is read or written, apart where a model might go by them. */
function kindsOf(form: Form, examples: readonly Example[], lengthOf: (text: string) => number): Kind[] {
  const series = (name: string, texts: readonly string[]) => ({ name, lengths: texts.map(lengthOf) })
  if (form.kind === 'text')
    return [
      { of: 'prompts', series: [series('prompts', textsOf(examples))] },
      {
        of: 'answers',
        series: [
          series(
            'answers',
            examples.map(({ label }) => String(label)),
          ),
        ],
      },
    ]
  if (form.kind === 'classes') {
    const ofClass = (label: number) => textsOf(examples.filter((example) => example.label === label))
    return [{ of: 'texts', series: form.names.map((name, label) => series(name, ofClass(label))) }]
  }
  const chosen = (right: boolean) =>
    examples.flatMap((example) => textsOf([example]).filter((_, i) => (i === example.label) === right))
  return [{ of: 'options', series: [series('the right one', chosen(true)), series('the others', chosen(false))] }]
}

function countsOf({ of, series }: Kind): LengthCounts {
  const all = series.flatMap(({ lengths }) => lengths)
  const longest = all.reduce((most, length) => Math.max(most, length), 0)
  const most = all.length > 0 ? quantile(Float64Array.from(all), 1 - TAIL) : 0
  const shortest = all.reduce((least, length) => Math.min(least, length), longest)
  const width = Math.max(1, Math.ceil((most - shortest) / (BINS - 1)))
  const start = shortest - (shortest % width)
  const binOf = (length: number) => Math.min(BINS - 1, Math.floor((length - start) / width))
  const bins = binOf(longest) + 1
  const counted = series.map(({ name, lengths }) => {
    const counts = new Array<number>(bins).fill(0)
    for (const length of lengths) counts[binOf(length)]!++
    return { name, texts: lengths.length, median: lengths.length > 0 ? median(lengths) : 0, counts }
  })
  return { of, from: Array.from({ length: bins }, (_, i) => start + i * width), longest, series: counted }
}

function longerThan(limit: number, kinds: readonly Kind[]): number {
  const all = kinds.flatMap(({ series }) => series.flatMap(({ lengths }) => lengths))
  return all.length === 0 ? 0 : all.filter((length) => length > limit).length / all.length
}
