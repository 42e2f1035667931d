import type { DatasetPreview, TaskInfo, TaskRows } from '../../../../src-preload/contract'
import type { FetchedDataset } from '../../../data/datasets/types'
import type { TemplateInfo } from '../../../data/templates'
import type { Lab } from '../../../lab/options'
import type { Context, Flags } from '../../context'
import { EXIT, type ExitCode } from '../../errors'
import { columns, count, decimal, NOTHING, percent } from '../../text'

/** What every action puts into its document; the fields that are not its own are empty. */
export interface DataDocument {
  command: 'data'
  action: string
  ok: true
  /** The datasets that it is about. */
  tasks: TaskInfo[]
  /** With `remove` the ids of runs that are not finished and use one of them. */
  runs: string[]
  preview: DatasetPreview | null
  /** With `rows` what was looked at. */
  looked: TaskRows | null
  /** With `templates` all there are. */
  templates: TemplateInfo[]
  /** With `fetch` what came. */
  fetched: FetchedDataset | null
}

/** The document of an action, its own fields filled in. */
export function documentOf(action: string, fields: Partial<DataDocument>): DataDocument {
  return {
    command: 'data',
    action,
    ok: true,
    tasks: [],
    runs: [],
    preview: null,
    looked: null,
    templates: [],
    fetched: null,
    ...fields,
  }
}

export async function listTasks(lab: Lab, _args: string[], _flags: Flags, { out }: Context): Promise<ExitCode> {
  const { tasks } = await lab.calls.catalog()
  const header = ['id', 'title', 'examples', 'classes', 'origin', 'by length', 'licence']
  const rows = tasks.map((task) => [
    task.id,
    task.title,
    task.examples.toLocaleString('en'),
    task.classes.join(' | '),
    task.origin,
    decimal(task.lengthAlone),
    task.licence,
  ])
  for (const line of columns([header, ...rows], { right: [2, 5], width: out.columns })) out.line(line)
  out.line()
  out.line(
    'by length: accuracy of the best rule that knows the length of a text alone (1 over the number of classes is chance).',
  )
  out.document(documentOf('list', { tasks }))
  return EXIT.ok
}

const ROWS = 5
const BAD = 10

export function describePreview(preview: DatasetPreview, out: Context['out']): void {
  const { counts, values, badLines, errors, perClass, classes } = preview
  out.line(`${count(preview.examples, 'example')} in ${preview.path}`)
  for (const { kind, text, offers } of preview.notices) {
    out.line(kind === 'note' ? text : out.paint(kind === 'cause' ? 'red' : 'yellow', text))
    for (const { label, reading } of offers) out.line(`  ${optionsOf(reading)}  ${label}`)
  }
  out.line()
  const roles = (['text', 'label', 'split', 'group'] as const).map((role) => [`  ${role}`, preview[role] ?? 'none'])
  roles.unshift(['  form', preview.form])
  if (preview.form === 'options')
    roles.push(['  options', preview.options.join(', ') || 'none'], ['  right', preview.right ?? 'not told'])
  if (preview.form === 'text') roles.push(['  target', preview.target ?? 'none'])
  for (const line of columns([...roles, ['  columns', preview.columns.slice(0, 50).join(', ')]], {
    width: out.columns,
  }))
    out.line(line)
  if (perClass) {
    out.line()
    const header = ['  class', 'label', 'to train on', 'to test on', 'share']
    const rows = classes.map((label, i) => {
      const [train, test] = [perClass.train[i]!, perClass.test?.[i]]
      return [`  ${i}`, label, `${train}`, `${test ?? NOTHING}`, percent((train + (test ?? 0)) / preview.examples)]
    })
    for (const line of columns([header, ...rows], { right: [2, 3, 4] })) out.line(line)
  } else if (values > 0) {
    out.line(`  ${count(values, 'label')}: ${counts.map(({ label, n }) => `${label} (${n})`).join(', ')}`)
  }
  if (badLines > 0) {
    out.line()
    out.line(out.paint('red', count(badLines, 'bad line')))
    for (const { line, message } of errors.slice(0, BAD)) out.line(`  line ${line}: ${message}`)
    if (badLines > Math.min(BAD, errors.length)) out.line(`  and ${badLines - Math.min(BAD, errors.length)} more`)
  }
  if (preview.rows.length > 0) out.line()
  for (const line of columns(preview.rows.slice(0, ROWS).flatMap(linesOf), { width: out.columns })) out.line(line)
}

/** A row; of options each in a line of its own, the right one marked. */
function linesOf({ label, text, options, right }: DatasetPreview['rows'][number]): string[][] {
  const short = (long: string) => long.slice(0, 200).replace(/\s+/g, ' ')
  if (!options) return [[`  ${label}`, short(text)]]
  const listed = options.map((option, i) => [i === right ? '  right' : '', short(option)])
  return text === '' ? listed : [['  after', short(text)], ...listed]
}

/** How the command line says what a notice offers. */
function optionsOf({
  encoding,
  header,
  quotes,
  classes,
  form,
  right,
  template,
  games,
}: DatasetPreview['notices'][number]['offers'][number]['reading']): string {
  if (template !== undefined) return `--template ${template}`
  if (games !== undefined) return '--games <pgn>'
  if (form !== undefined) return `--form ${form}`
  if (right !== undefined) return `--right '${right}'`
  if (encoding !== undefined) return `--encoding ${encoding}`
  if (classes) return `--classes '${JSON.stringify(classes)}'`
  const [name, value] = header === undefined ? ['quotes', quotes] : ['header', header]
  return `--${name} ${value ? 'yes' : 'no'}`
}
