import { resolve } from 'node:path'
import type { LabEvent } from '../../../../src-preload/contract'
import type { FetchedDataset } from '../../../data/datasets/types'
import { hubAt } from '../../../data/models/hub-client'
import { TEMPLATES } from '../../../data/templates'
import type { Lab } from '../../../lab/options'
import type { Context, Flags } from '../../context'
import { EXIT, type ExitCode } from '../../errors'
import { interrupted } from '../../interrupt'
import { count, percent, size } from '../../text'
import { watched } from '../../watch'
import { documentOf } from './show'

/** Fetches the dataset of a template into `<home>/fetched`; the one action on datasets that asks anybody outside. */
export async function fetchTemplate(lab: Lab, [id]: string[], _flags: Flags, context: Context): Promise<ExitCode> {
  const { out } = context
  let told = ''
  const hear = (event: LabEvent) => {
    if (event.type !== 'dataset') return
    const { phase, done, total } = event
    if (phase !== told && !out.live) out.line(phase)
    told = phase
    out.status(`${percent(done / total)} of ${size(total)} (${phase})`)
  }
  const fetched = await watched(lab, context, {
    command: 'data',
    work: () => lab.calls.datasetFetch(id!),
    stop: () => lab.calls.datasetFetchStop(),
    hear,
  })
  if (!fetched) {
    out.error('Stopped. The same command goes on from here.')
    return interrupted('data', out)
  }
  describe(fetched, TEMPLATES[fetched.template]!.title, context)
  out.line(`Its licence is told at ${hubAt().url}/datasets/${fetched.dataset}. To import it:`)
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
