import type { LengthCounts, ShownExample, TaskRows } from '../../../../src-preload/contract'
import { parseArguments } from '../../../lab/calls'
import type { Lab } from '../../../lab/options'
import type { Context, Flags } from '../../context'
import { byOptions, EXIT, type ExitCode } from '../../errors'
import { columns, count, NOTHING, percent } from '../../text'
import { documentOf } from './show'

/** What the window's page of a dataset shows: how many rows there are, how long they are, and some that are no test rows. */
export async function showRows(lab: Lab, [task]: string[], flags: Flags, { out }: Context): Promise<ExitCode> {
  const { model = '', turn = '0' } = flags
  const rows = await byOptions({ model: '--model', turn: '--turn' }, () => {
    const [asked] = parseArguments('taskRows', [{ task, model, turn: Number(turn) }])
    return lab.calls.taskRows(asked)
  })
  describeRows(rows, out)
  out.document(documentOf('rows', { looked: rows }))
  return EXIT.ok
}

function describeRows(found: TaskRows, out: Context['out']): void {
  const { rows, testRows, classes, names, model, measured, lengths, cut, examples } = found
  out.line(
    `${count(rows, 'row')}, ${testRows === null ? 'none' : testRows.toLocaleString('en')} kept for tests by the source`,
  )
  if (classes) {
    out.line()
    const counts = names.map((name, i) => [`  ${name}`, `${classes.train[i]!}`, `${classes.test?.[i] ?? NOTHING}`])
    for (const line of columns([['  class', 'to train on', 'to test on'], ...counts], { right: [1, 2] })) out.line(line)
  }
  out.line()
  out.line(`Lengths in ${model === null ? 'letters' : `tokens of ${model}`}, of ${count(measured, 'row')}`)
  const header = ['  of', 'texts', 'median', 'longest of all']
  for (const line of columns([header, ...lengths.flatMap(lengthRows)], { right: [1, 2, 3] })) out.line(line)
  if (cut) out.line(`${percent(cut.share)} are longer than the ${cut.limit} that it can read.`)
  out.line()
  for (const line of columns(examples.flatMap(exampleLines), { width: out.columns })) out.line(line)
}

const lengthRows = ({ of, longest, series }: LengthCounts): string[][] =>
  series.map(({ name, texts, median }) => [
    `  ${name || of}`,
    ...[texts, Math.round(median), longest].map((n) => n.toLocaleString('en')),
  ])

/** Of options each in a line of its own, the right one marked; else what is right before the text. */
function exampleLines({ text, options, at, right }: ShownExample): string[][] {
  const short = (long: string) => long.slice(0, 200).replace(/\s+/g, ' ').trim()
  if (!options) return [[`  ${short(right)}`, short(text)]]
  const listed = options.map((option, i) => [i === at ? '  right' : '', short(option)])
  return text === '' ? listed : [['  after', short(text)], ...listed]
}
