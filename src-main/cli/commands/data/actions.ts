import type { DatasetPreview, ImportRequest, LabEvent, TaskInfo } from '../../../../src-preload/contract'
import type { Lab } from '../../../lab/options'
import { oneOf, show } from '../../../science/spec/problems'
import type { Context, Flags } from '../../context'
import { badArgument, EXIT, type ExitCode } from '../../errors'
import { interrupted } from '../../interrupt'
import { count, percent, size } from '../../text'
import { watched } from '../../watch'
import { queryOf, textOf } from './query'
import { describePreview, documentOf } from './show'

export async function previewFile(lab: Lab, [file]: string[], flags: Flags, context: Context): Promise<ExitCode> {
  const { out, cwd } = context
  const query = queryOf(file!, flags, cwd)
  const preview = await reading(lab, context, () => lab.calls.datasetPreview(query))
  if (!preview) return interrupted('data', out)
  describePreview(preview, out)
  out.document(documentOf('preview', { preview }))
  return EXIT.ok
}

/** Imports what a preview shows: the same guesses, and the same refusals. Nothing is written over. */
export async function importFile(lab: Lab, [file]: string[], flags: Flags, context: Context): Promise<ExitCode> {
  const { out, cwd } = context
  const query = queryOf(file!, flags, cwd)
  const licence = textOf('licence', flags)
  if (licence === undefined)
    throw badArgument('--licence', 'the licence under which it may be used; "own" will do', 'nothing')
  const preview = await reading(lab, context, () => lab.calls.datasetPreview(query))
  if (!preview) return interrupted('data', out)
  refuseForCause(preview)
  const { split, group } = preview
  const request: ImportRequest = {
    ...query,
    ...rolesOf(preview),
    split,
    group,
    id: textOf('id', flags) ?? preview.id,
    title: textOf('title', flags) ?? preview.title,
    question: textOf('question', flags) ?? preview.question,
    licence,
    classes: preview.form === 'classes' ? preview.classes : [],
  }
  for (const { text } of preview.notices) out.line(text)
  const task = await reading(lab, context, () => lab.calls.datasetImport(request))
  if (!task) return interrupted('data', out)
  out.line(readAs(request, task))
  out.line(`${task.title} is imported as "${task.id}": ${count(task.examples, 'example')}.`)
  out.document(documentOf('import', { tasks: [task], preview }))
  return EXIT.ok
}

/** The columns by the form of the rows. @throws LabError where one can be guessed no better than by whoever knows */
function rolesOf(
  preview: DatasetPreview,
): Pick<ImportRequest, 'form' | 'text' | 'label' | 'options' | 'right' | 'target'> {
  const { form, text, label, options, right } = preview
  if (form === 'classes') return { form, text: chosen('text', preview), label: chosen('label', preview) }
  if (form === 'text') return { form, text: chosen('text', preview), label: null, target: chosen('target', preview) }
  if (options.length === 0) throw badArgument('--options', 'the columns of the options', 'nothing')
  if (right === null) throw badArgument('--right', 'to be told how a row says which option is right', 'nothing')
  return { form, text, label, options, right }
}

/** How the rows were read, as a sentence. */
function readAs(
  { form, text, label, split, group, options = [], right, target }: ImportRequest,
  task: TaskInfo,
): string {
  const roles = Object.entries({ text, label, split, group, target })
    .filter(([, column]) => column)
    .map(([role, column]) => `${role} "${column}"`)
  if (form === 'options')
    roles.push(`options ${options.map((column) => `"${column}"`).join(' and ')}`, `right: ${right}`)
  const classes = task.classes.map((name, i) => `${i === 0 ? 'class 0 is' : i} "${name}"`)
  return `Read ${[roles.join(', '), ...(form === 'classes' ? [classes.join(', ')] : [])].join('; ')}.`
}

export async function removeTasks(lab: Lab, ids: string[], _flags: Flags, { out }: Context): Promise<ExitCode> {
  const own = (await lab.calls.catalog()).tasks.filter(({ origin }) => origin === 'imported')
  const tasks = [...new Set(ids)].map((id) => {
    const task = own.find((one) => one.id === id)
    if (task) return task
    const known = own.map((one) => one.id)
    throw badArgument('<id>', known.length > 0 ? oneOf(known, id) : 'an imported dataset; there are none', show(id))
  })
  const runs: string[] = []
  for (const { id, title } of tasks) {
    const using = await unfinished(lab, id)
    await lab.calls.datasetRemove(id)
    out.line(`${title} is removed; finished runs keep their results.`)
    for (const run of using)
      out.line(`“${run.name}” (${run.id}) uses it and is not finished: what it has not read from it yet fails.`)
    runs.push(...using.map((run) => run.id))
  }
  out.document(documentOf('remove', { tasks, runs: [...new Set(runs)] }))
  return EXIT.ok
}

/** Runs of a task that may still go on. Whoever may remove opened the home, and with that what was queued stands as interrupted. */
async function unfinished(lab: Lab, task: string): Promise<{ id: string; name: string }[]> {
  const live = (await lab.calls.runs()).filter(({ state }) => ['queued', 'running', 'interrupted'].includes(state))
  const details = await Promise.all(live.map(({ id }) => lab.calls.runDetail(id)))
  return details.filter(({ spec }) => spec?.tasks.includes(task))
}

/** @throws LabError with what keeps the file from being read, before anything that follows from it */
function refuseForCause({ notices, values, classes }: DatasetPreview): void {
  const cause = notices.find(({ kind }) => kind === 'cause')
  const [option] = cause?.offers.flatMap(({ reading }) => Object.keys(reading)) ?? []
  if (cause && !option && values > 0 && classes.length === 0)
    throw badArgument('--label', 'a column of classes', cause.text)
  if (cause) throw badArgument(option ? `--${option}` : '<file>', 'a file that can be read as it is', cause.text)
  const doubt = notices.find(({ kind, offers }) => kind === 'ask' && offers.some(({ reading }) => reading.classes))
  const other = notices.find(({ kind, offers }) => kind === 'ask' && offers.some(({ reading: r }) => r.form ?? r.right))
  const [way] = other?.offers.flatMap(({ reading }) => Object.keys(reading)) ?? []
  if (other) throw badArgument(`--${way}`, 'to be told how the rows are read', other.text)
  if (doubt) throw badArgument('--classes', 'to be told which labels are classes', doubt.text)
}

/** @throws LabError where it can be guessed no better than by whoever knows */
function chosen(role: 'text' | 'label' | 'target', preview: DatasetPreview): string {
  const column = preview[role]
  if (column !== null) return column
  throw badArgument(`--${role}`, `the column of the ${role}: ${oneOf(preview.columns.slice(0, 20), null)}`, 'nothing')
}

/** Reading, with its progress. */
function reading<T>(lab: Lab, context: Context, work: () => Promise<T>): Promise<T | null> {
  const hear = (event: LabEvent) => {
    if (event.type === 'dataset' && event.total > 0)
      context.out.status(`${percent(event.done / event.total)} of ${size(event.total)} (${event.phase})`)
  }
  return watched(lab, context, { command: 'data', work, stop: () => lab.calls.datasetCancel(), hear })
}
