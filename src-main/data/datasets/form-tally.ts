import { joinGroups } from '../../science/tasks/groups'
import { namesIn, rulesOf, type Form } from '../../science/tasks'
import { longestShortcut, type CountedOptions } from '../../science/tasks/shortcuts'
import { createTwinFinder, foldText } from '../../science/tasks/twins'
import type { Columns } from './columns'
import { countClasses, countTwins, createRefusals, fingerprint, FIRST, type Surveyed } from './counting'
import { LIMITS } from './limits'
import { refusal, type BadLine } from './problem'
import { createMarks } from './right'
import { readRow, type Row } from './rows'
import type { Counts, Tally } from './survey'
import type { Right } from './types'
import { shown } from './values'

/** Texts of a row that tie it to others with the same: see `rules`. */
function tiesOf({ text, options, target }: Row): readonly string[] {
  if (options.length === 0) return rulesOf({ kind: 'text' }).texts({ text, target })
  const row = { options, label: 0, ...(text !== '' && { text }) }
  return rulesOf({ kind: 'options', count: options.length }).texts(row)
}

/** What is kept of every row: numbers, none of its texts. */
function createKept(columns: Columns, withTwins: boolean) {
  const finder = withTwins ? createTwinFinder() : null
  const marks = createMarks()
  const rowOfText: number[] = []
  const firstWith = new Map<number, number>()
  const firstWhole = new Map<number, number>()
  const rows: (Pick<Row, 'line' | 'split'> & { lengths: number[]; rights: number[]; whole: number })[] = []
  const groups: (string | undefined)[] = []
  /** Of every row the earlier ones that it shares a text with. */
  const shared: number[][] = []
  const splits = new Map<string, number>()

  function keep(row: Row): void {
    const at = groups.push(row.group ?? undefined) - 1
    if (row.splitWord !== '') splits.set(row.splitWord, (splits.get(row.splitWord) ?? 0) + 1)
    const ties = tiesOf(row)
    shared.push(ties.map((text) => earlier(firstWith, fingerprint(foldText(text)), at)))
    for (const text of ties) {
      finder?.add(text)
      rowOfText.push(at)
    }
    const prints = row.options.map((option) => fingerprint(foldText(option)))
    const rights = row.options.length > 0 ? prints : [fingerprint(row.target)]
    const name = [foldText(row.text), ...prints.toSorted((a, b) => a - b)].join('\n')
    const whole = earlier(firstWhole, fingerprint(name), at)
    rows.push({ line: row.line, split: row.split, lengths: row.options.map(({ length }) => length), rights, whole })
    marks.add({ options: row.options, columns: columns.options.length > 1 ? columns.options : [], label: row.label })
  }
  /** Of every row the first ones of its twins; rows that share a text are tied whether twins are or not. */
  function twins() {
    const found = finder?.find() ?? null
    const tied: number[][] = rows.map(() => [])
    if (found) for (const [text, row] of rowOfText.entries()) tied[row]!.push(rowOfText[found.first[text]!]!)
    const first = Int32Array.from(tied, (of, i) => Math.min(i, ...of))
    return { ties: [...slots(shared), ...slots(tied)], first, complete: found?.complete ?? true }
  }
  return { rows, groups, splits, marks, keep, twins }
}

function earlier(known: Map<number, number>, print: number, at: number): number {
  const found = known.get(print) ?? at
  known.set(print, found)
  return found
}

/** Lists of rows as one array for each place in them; a row stands in for what it lacks. */
function slots(lists: readonly (readonly number[])[]): Int32Array[] {
  const most = lists.reduce((max, { length }) => Math.max(max, length), 0)
  return Array.from({ length: most }, (_, slot) => Int32Array.from(lists, (list, i) => list[slot] ?? i))
}

/** Counts what rows of options have, or texts to be continued. */
export function createFormTally(columns: Columns, withTwins: boolean): Tally {
  const kept = createKept(columns, withTwins)
  const first: Row[] = []
  const bad = createRefusals()
  let [taken, undecided, count] = [0, 0, 0]
  const decided =
    columns.form === 'options' ? columns.options.length > 0 : columns.text !== null && columns.target !== null
  return {
    take(entry) {
      if (++taken > LIMITS.rows) throw refusal(`line ${entry.line}`, `at most ${LIMITS.rows} rows`, 'more')
      if (!decided && 'values' in entry) return void undecided++
      const row = readRow(entry, columns)
      if ('expected' in row) return bad.add(row)
      count ||= row.options.length
      if (row.options.length !== count) return bad.add(otherCount(row, count))
      kept.keep(row)
      if (first.length < FIRST) first.push(row)
    },
    result(): Counts {
      const form: Form = columns.form === 'options' ? { kind: 'options', count: Math.max(2, count) } : { kind: 'text' }
      const ways = columns.right === null && columns.label !== null && count > 0 ? kept.marks.fitting() : []
      const right = columns.right ?? (ways.length === 1 ? ways[0]! : null)
      const said = right === null ? null : kept.marks.at(right)
      const known = form.kind === 'text' || said !== null
      const { ties, first: twinOf, complete } = kept.twins()
      const joined = joinGroups(kept.groups, ties)
      const { rows, lengths, contradictions } = known
        ? markedRows(kept, { said, right, joined }, bad)
        : { rows: [], lengths: [], contradictions: 0 }
      return {
        form,
        ways,
        right,
        stray: columns.label !== null && right === null && ways.length === 0 && count > 0 ? kept.marks.label(0) : null,
        first: first.map((row, i) => ({ ...row, right: said?.[i] ?? null })),
        examples: undecided || (known ? rows.length : kept.rows.length),
        ...bad.result(),
        labels: [],
        classes: namesIn(form),
        guessed: false,
        counts: known && form.kind === 'options' ? countClasses(rows, form.count) : null,
        splits: kept.splits,
        duplicates: kept.rows.filter(({ whole }, i) => whole !== i).length,
        contradictions,
        twins: {
          rows: countTwins(
            kept.rows.map(({ whole }) => whole),
            twinOf,
          ),
          complete,
        },
        lengthAlone: known && form.kind === 'options' ? lengthAlone(rows, lengths) : null,
        rows,
      }
    },
  }
}

interface Marks {
  /** Place of the right option of every row; null of texts to be continued. */
  said: readonly number[] | null
  right: Right | null
  /** Group of every row. */
  joined: readonly (string | undefined)[]
}

/** The rows that say what is right; the others are told to `bad`. */
function markedRows(
  { rows: all, marks }: ReturnType<typeof createKept>,
  { said, right, joined }: Marks,
  bad: ReturnType<typeof createRefusals>,
) {
  const rows: Surveyed[] = []
  const lengths: CountedOptions[] = []
  let contradictions = 0
  for (const [i, { line, split, lengths: of, rights, whole }] of all.entries()) {
    const label = said?.[i] ?? 0
    if (label < 0) {
      bad.add(unsaid(line, marks.label(i), right!))
      continue
    }
    if (all[whole]!.rights[Math.max(0, said?.[whole] ?? 0)] !== rights[label]) contradictions++
    rows.push({ label, split, group: joined[i] })
    lengths.push({ lengths: of, label })
  }
  return { rows, lengths, contradictions }
}

const otherCount = ({ line, options }: Row, count: number): BadLine => ({
  line,
  expected: `${count} options, as the first row has`,
  got: `${options.length}`,
})

const SAYS = {
  first: 'the first option',
  text: 'the text of one of the options',
  letter: 'the letter of one of the options',
  'from 0': 'the number of one of the options, counted from 0',
  'from 1': 'the number of one of the options, counted from 1',
  column: 'the column of one of the options',
}
const unsaid = (line: number, label: string, right: keyof typeof SAYS): BadLine => ({
  line,
  expected: SAYS[right],
  got: shown(label),
})

/** Learnt on the train rows and measured on the test rows; where none are declared, on every other row. */
function lengthAlone(rows: readonly Surveyed[], lengths: readonly CountedOptions[]): number | null {
  const declared = rows.some(({ split }) => split === 'test')
  const isAsked = (_: unknown, i: number) => (declared ? rows[i]!.split === 'test' : i % 2 > 0)
  return longestShortcut(
    lengths.filter((of, i) => !isAsked(of, i)),
    lengths.filter(isAsked),
  )
}
