import { resolve } from 'node:path'
import { fetchDataset, type FetchedDataset } from '../../../data/datasets'
import { hubAt } from '../../../data/models/hub-client'
import { TEMPLATES } from '../../../data/templates'
import type { Lab } from '../../../lab/options'
import { oneOf, show } from '../../../science/spec/problems'
import type { Context, Flags } from '../../context'
import { badArgument, EXIT, type ExitCode } from '../../errors'
import { interrupted } from '../../interrupt'
import { count, percent, size } from '../../text'
import { watched } from '../../watch'
import { documentOf } from './show'

/** Fetches the dataset of a template into `<home>/fetched`; the one action on datasets that asks anybody outside. */
export async function fetchTemplate(lab: Lab, [id]: string[], _flags: Flags, context: Context): Promise<ExitCode> {
  const { out, home } = context
  const template = Object.hasOwn(TEMPLATES, id!) ? TEMPLATES[id!] : undefined
  if (!template) throw badArgument('<template>', oneOf(Object.keys(TEMPLATES), id), show(id))
  const hub = hubAt()
  const stop = new AbortController()
  let phase = ''
  const onProgress = (progress: { phase: string; done: number; total: number }) => {
    if (progress.phase !== phase && !out.live) out.line(progress.phase)
    phase = progress.phase
    out.status(`${percent(progress.done / progress.total)} of ${size(progress.total)} (${phase})`)
  }
  const fetched = await watched(lab, context, {
    command: 'data',
    work: () => fetchDataset(template, resolve(home, 'fetched'), { hub, onProgress, signal: stop.signal }),
    stop: () => Promise.resolve(stop.abort()),
    hear: () => undefined,
  })
  if (!fetched) {
    out.error('Stopped. The same command goes on from here.')
    return interrupted('data', out)
  }
  describe(fetched, template.title, context)
  out.line(`Its licence is told at ${hub.url}/datasets/${template.hub}. To import it:`)
  out.line(`  ${importOf(fetched, context)}`)
  out.document(documentOf('fetch', { fetched }))
  return EXIT.ok
}

function describe(fetched: FetchedDataset, title: string, { out }: Context): void {
  const { path, files, bytes, wasHere, partial } = fetched
  out.line(
    `${title} is ${wasHere ? 'here already' : 'here'}, ${count(files.length, 'file')} of ${size(bytes)}: ${path}`,
  )
  if (partial) out.line(out.paint('yellow', 'The hub has but the first part of it as Parquet.'))
}

/** The command that makes a task of it. */
function importOf({ path, template }: FetchedDataset, { home, homeBy }: Context): string {
  const at = homeBy === '--home' ? ` --home ${quoted(resolve(home))}` : ''
  return `w2s data import ${quoted(path)} --template ${template} --licence <text>${at}`
}

const quoted = (text: string): string => (/^[\w./@:\\-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
