import type { LabEvent, ModelEntry } from '../../../../src-preload/contract'
import type { Lab } from '../../../lab/options'
import { oneOf, show } from '../../../science/spec/problems'
import type { Context, Flags } from '../../context'
import { badArgument, EXIT, type ExitCode } from '../../errors'
import { interrupted } from '../../interrupt'
import { pathOf } from '../../paths'
import { count, duration, percent, size } from '../../text'
import { watched } from '../../watch'
import { documentOf, type ModelsDocument } from './show'

export const SOURCES = ['auto', 'hub', 'pip'] as const

export async function getModels(lab: Lab, ids: string[], flags: Flags, context: Context): Promise<ExitCode> {
  const { source: wanted = 'auto' } = flags
  const source = SOURCES.find((one) => one === wanted)
  if (!source) throw badArgument('--source', oneOf(SOURCES, wanted), show(wanted))
  const known = await find(lab, ids)
  for (const { id, title, here } of known) {
    const damaged = here && here.bytes > 0 ? await working(lab, id, context, () => lab.calls.modelVerify(id)) : []
    const [problem] = damaged ?? []
    if (problem) context.out.error(`${title} is damaged (${problem.file}: ${problem.problem}) and is fetched again.`)
    const got = damaged && (await working(lab, id, context, () => lab.calls.modelGet({ id, source })))
    if (!got) {
      context.out.error('Stopped. The same command goes on from here.')
      return interrupted('models', context.out)
    }
    context.out.line(`${title} is ${here && !problem ? 'here already' : 'here'}: ${got.path}`)
  }
  context.out.document(documentOf('get', { models: await find(lab, ids) }))
  return EXIT.ok
}

export async function addModel(lab: Lab, [path]: string[], _flags: Flags, context: Context): Promise<ExitCode> {
  const { out, cwd } = context
  const place = pathOf('<folder | file>', path!, cwd)
  const added = await working(lab, place, context, () => lab.calls.modelAdd(place))
  if (!added) return interrupted('models', out)
  const { id } = added
  const models = await find(lab, [id])
  out.line(`${place} is ${id} from now on; it stays where it is.`)
  for (const { note } of models) if (note !== null) out.line(note)
  out.document(documentOf('add', { models }))
  return EXIT.ok
}

export async function verifyModels(lab: Lab, ids: string[], { all }: Flags, context: Context): Promise<ExitCode> {
  const { out } = context
  const models = all ? (await lab.calls.models()).filter(({ here }) => here) : await find(lab, ids)
  const problems: ModelsDocument['problems'] = []
  for (const { id, here } of models) {
    const found = await working(lab, id, context, () => lab.calls.modelVerify(id))
    if (!found) return interrupted('models', out)
    for (const { file, problem } of found) out.error(`${id}: ${file}: ${problem}`)
    if (found.length === 0) out.line(`${id}: every file is as it was.`)
    else out.error(out.paint('red', `${id}: ${count(found.length, 'file')} not as it was. ${cure(here)}`))
    problems.push(...found.map((one) => ({ id, ...one })))
  }
  const ok = problems.length === 0
  out.document(documentOf('verify', { ok, models, problems }))
  return ok ? EXIT.ok : EXIT.failed
}

/** What brings a model back to what it was. */
function cure(here: ModelEntry['here']): string {
  if (here?.source.kind === 'bundled') return 'It came with the app: install that again.'
  if (here?.source.kind === 'folder') return 'It is your own: put the files back, or remove it and add it as it is now.'
  return 'Get it again.'
}

export async function removeModels(lab: Lab, ids: string[], _flags: Flags, { out }: Context): Promise<ExitCode> {
  let freedBytes = 0
  for (const { id, title } of await find(lab, ids)) {
    const freed = (await lab.calls.modelRemove(id)).freedBytes
    freedBytes += freed
    out.line(`${title} is removed; ${size(freed)} are free again.`)
  }
  const models = (await lab.calls.models()).filter(({ id }) => ids.includes(id))
  out.document(documentOf('remove', { models, freedBytes }))
  return EXIT.ok
}

/** Each once, in the order of their naming. @throws LabError naming what there is */
async function find(lab: Lab, ids: string[]): Promise<ModelEntry[]> {
  const models = await lab.calls.models()
  const known = models.map(({ id }) => id)
  return [...new Set(ids)].map((id) => {
    const model = models.find((one) => one.id === id)
    if (model) return model
    throw badArgument('<id>', oneOf(known, id), show(id))
  })
}

/** Work on a model, with its progress. */
function working<T>(lab: Lab, id: string, context: Context, work: () => Promise<T>): Promise<T | null> {
  const { out } = context
  let phase = ''
  const hear = (event: LabEvent) => {
    if (event.type !== 'model' || event.id !== id || event.finished) return
    if (event.phase !== phase && !out.live) out.line(`${id}: ${event.phase}`)
    phase = event.phase
    out.status(statusOf(event))
  }
  return watched(lab, context, { command: 'models', work, stop: () => lab.calls.modelCancel(id), hear })
}

function statusOf({ id, phase, done, total, etaSeconds }: LabEvent & { type: 'model' }): string {
  if (total === 0) return `${id}: ${phase}`
  const left = etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`
  return `${id}: ${percent(done / total)} of ${size(total)}${left} (${phase})`
}
