import { joinGroups } from '../../science/tasks/groups'
import { lengthShortcut, type Counted } from '../../science/tasks/shortcuts'
import type { Form } from '../../science/tasks'
import { createTwinFinder, foldText } from '../../science/tasks/twins'
import { guessClasses } from './classes'
import { chooseColumns, createColumnList, headerDoubt, type Columns } from './columns'
import { countClasses, countTwins, createRefusals, fingerprint, FIRST, type Surveyed } from './counting'
import { createFormTally } from './form-tally'
import { LIMITS } from './limits'
import { refusal, type Entry, type BadLine } from './problem'
import { openRecords, templateOf, type FileFacts } from './records'
import { foreignLabel, readRow, type Row } from './rows'
import type { Watch } from './source'
import type { ClassCounts, DatasetQuery, Right } from './types'
import { labelOf } from './values'

/** Columns of the rows that puzzles become. */
const PUZZLES = { form: 'text', text: 'text', target: 'target', label: null, split: null, group: 'group' } as const
/** Records that columns are guessed from. */
const SAMPLE = 200

/** All that one reading of a file tells; an import is decided by the same one that a preview shows. */
export interface Survey {
  facts: FileFacts
  columns: string[]
  chosen: Columns
  form: Form
  /** Whether nobody has said the form, and it may be another. */
  doubtful: boolean
  /** Of options the ways that fit every row to say which is right, and a label that fits none of them. */
  ways: Right[]
  stray: string | null
  /** Why the first line is likely no header, where nobody has said that it is one; null where it may well be. */
  doubt: string | null
  /** Records of the beginning, as the columns are guessed from. */
  records: readonly ReadonlyMap<string, unknown>[]
  first: (Row & { right: number | null })[]
  /** Rows that can be taken; where text or label are not known, records. */
  examples: number
  bad: BadLine[]
  badLines: number
  /** How often each label value stands, most frequent first. */
  labels: [label: string, n: number][]
  /** In class order; none where the label column has no classes. */
  classes: string[]
  /** Whether nobody has said them. */
  guessed: boolean
  counts: ClassCounts | null
  /** How often each word of the split column stands. */
  splits: Map<string, number>
  duplicates: number
  contradictions: number
  twins: Twinned
  lengthAlone: number | null
  /** Of the rows that can be taken, in order: what a split is made from. */
  rows: Surveyed[]
}
interface Twinned {
  /** Rows with a near twin that is no duplicate. */
  rows: number
  /** Whether all pairs were compared. */
  complete: boolean
}

/**
 * Reads a file through without keeping its texts.
 * @throws DatasetError for a file that cannot be read as a whole; AbortError
 */
export async function surveyDataset(
  { path, header, twins = true, classes, ...query }: DatasetQuery,
  watch: Watch = {},
): Promise<Survey> {
  const { encoding, quotes, template, games, first, ...said } = query
  const reading = { encoding, quotes, template, games, first, header: header ?? true }
  const wanted = games === undefined ? said : { ...said, ...PUZZLES }
  const { batches, facts } = openRecords(path, reading, watch)
  const names = createColumnList()
  const sample: Entry[] = []
  let chosen: (Columns & { doubtful: boolean }) | null = null
  let tally: Tally | null = null
  const recordsOf = () => sample.flatMap((entry) => ('values' in entry ? [entry.values] : []))

  function take(entry: Entry): void {
    if ('values' in entry) names.add(entry.values, entry.line)
    tally!.take(entry, chosen!)
  }
  function choose(): void {
    const records = recordsOf()
    const columns = createColumnList()
    records.forEach((record) => columns.add(record, 1))
    for (const name of facts().columns) columns.names.add(name)
    chosen = chooseColumns(wanted, records, [...columns.names])
    tally = chosen.form === 'classes' ? createTally(twins) : createFormTally(chosen, twins)
    sample.forEach(take)
  }
  for await (const batch of batches) {
    for (const entry of batch) {
      if (chosen) take(entry)
      else if (sample.push(entry) === SAMPLE) choose()
    }
  }
  if (sample.length === 0) throw refusal('path', 'a file with a row for each example', 'one without rows')
  if (!chosen) choose()
  const found = facts()
  const records = recordsOf()
  const { doubtful, ...columns } = chosen!
  const counts = tally!.result(classes ?? templateOf(reading)?.classes)
  return {
    facts: found,
    columns: [...new Set([...found.columns, ...names.names])],
    doubtful,
    doubt: header === undefined && found.header ? headerDoubt(found.header, records) : null,
    records,
    ...counts,
    chosen: { ...columns, right: counts.right },
  }
}

export type Counts = Omit<Survey, 'facts' | 'columns' | 'chosen' | 'doubtful' | 'doubt' | 'records'> & {
  right: Right | null
}
/** Counts what rows have. */
export interface Tally {
  take(entry: Entry, columns: Columns): void
  result(classes: readonly string[] | undefined): Counts
}

/** A few numbers kept of every row, in columns. */
function createKept(withTwins: boolean) {
  const finder = withTwins ? createTwinFinder() : null
  const labels = new Map<string, { index: number; n: number }>()
  const splits = new Map<string, number>()
  const prints = new Map<number, number>()
  const kept = { line: [] as number[], label: [] as number[], length: [] as number[], first: [] as number[] }
  const splitOf: Row['split'][] = []
  const groups: (string | undefined)[] = []
  let contradictions = 0

  function keep(row: Row): void {
    const at = groups.push(row.group ?? undefined) - 1
    const label = labels.get(row.label) ?? { index: labels.size, n: 0 }
    labels.set(row.label, label)
    label.n++
    kept.line.push(row.line)
    kept.label.push(label.index)
    kept.length.push(row.text.length)
    splitOf.push(row.split)
    if (row.splitWord !== '') splits.set(row.splitWord, (splits.get(row.splitWord) ?? 0) + 1)
    const print = fingerprint(foldText(row.text))
    const earlier = prints.get(print)
    if (earlier === undefined) prints.set(print, at)
    else if (kept.label[earlier] !== label.index) contradictions++
    kept.first.push(earlier ?? at)
    finder?.add(row.text)
  }
  const found = () => ({ duplicates: groups.length - prints.size, contradictions })
  return { finder, labels, splits, kept, splitOf, groups, keep, found }
}

/** Counts what rows of classes have. */
function createTally(withTwins: boolean): Tally {
  const { finder, labels, splits, kept, splitOf, groups, keep, found } = createKept(withTwins)
  const first: Row[] = []
  const bad = createRefusals()
  let [taken, undecided] = [0, 0]
  return {
    take(entry: Entry, columns: Columns): void {
      if (++taken > LIMITS.rows) throw refusal(`line ${entry.line}`, `at most ${LIMITS.rows} rows`, 'more')
      const decided = columns.text !== null && columns.label !== null
      if (!decided && 'values' in entry) {
        undecided++
        return
      }
      const row = readRow(entry, columns)
      if ('expected' in row) return bad.add(row)
      keep(row)
      if (first.length < FIRST) first.push(row)
    },
    result(wanted: readonly string[] | undefined): Counts {
      const frequent = [...labels].map(([label, { n }]) => [label, n] as [string, number]).sort(([, a], [, b]) => b - a)
      const classes = wanted?.map(labelOf) ?? guessClasses(frequent)
      const classOf = new Int32Array(labels.size).fill(-1)
      for (const [label, { index }] of labels) classOf[index] = classes.indexOf(label)
      const twins = finder?.find() ?? { first: kept.first, complete: true }
      const joined = joinGroups(groups, [kept.first, twins.first])
      const rows: Surveyed[] = []
      const lengths: number[] = []
      const names = [...labels.keys()]
      for (let i = 0; i < groups.length; i++) {
        const label = classOf[kept.label[i]!]!
        if (classes.length === 0) continue
        if (label < 0) bad.add(foreignLabel(kept.line[i]!, names[kept.label[i]!]!, classes))
        else {
          rows.push({ label, split: splitOf[i]!, group: joined[i] })
          lengths.push(kept.length[i]!)
        }
      }
      return {
        form: { kind: 'classes', names: classes },
        ...{ ways: [], stray: null, right: null },
        first: (classes.length > 0 ? first.filter(({ label }) => classes.includes(label)) : first).map(unmarked),
        examples: undecided || (classes.length > 0 ? rows.length : groups.length),
        ...bad.result(),
        labels: frequent,
        classes,
        guessed: wanted === undefined,
        counts: classes.length > 0 ? countClasses(rows, classes.length) : null,
        splits,
        ...found(),
        twins: { rows: countTwins(kept.first, twins.first), complete: twins.complete },
        lengthAlone: classes.length > 0 ? lengthAlone(rows, lengths, classes.length) : null,
        rows,
      }
    },
  }
}

const unmarked = (row: Row) => ({ ...row, right: null })

/** Learnt on the train rows and measured on the test rows; where none are declared, on half the rows of each class. */
function lengthAlone(rows: readonly Surveyed[], lengths: readonly number[], classes: number): number | null {
  const declared = rows.some(({ split }) => split === 'test')
  const [known, asked]: [Counted[], Counted[]] = [[], []]
  const seen = Array.from({ length: classes }, () => 0)
  rows.forEach(({ label, split }, i) => {
    // In turn within each class, for files often have their classes in turn.
    const isAsked = declared ? split === 'test' : seen[label]!++ % 2 > 0
    ;(isAsked ? asked : known).push({ length: lengths[i]!, label })
  })
  return lengthShortcut(known, asked, classes)
}
