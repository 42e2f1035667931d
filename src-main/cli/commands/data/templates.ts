import { templateInfos } from '../../../data/templates'
import type { Lab } from '../../../lab/options'
import type { Context, Flags } from '../../context'
import { EXIT, type ExitCode } from '../../errors'
import { columns } from '../../text'
import { documentOf } from './show'

/** What published datasets an import can make tasks of, and what it needs of their files. */
export function listTemplates(_lab: Lab, _args: string[], _flags: Flags, { out }: Context): Promise<ExitCode> {
  const templates = templateInfos()
  const header = ['id', 'title', 'dataset', 'splits', 'columns', 'of']
  const rows = templates.map(({ id, title, hub, config, splits, columns, suites }) => [
    id,
    title,
    config === null ? hub : `${hub} (${config})`,
    `${splits.train}, ${splits.test}`,
    columns.join(', '),
    suites.join(', '),
  ])
  for (const line of columns([header, ...rows], { width: out.columns })) out.line(line)
  out.line()
  out.line(
    'of: paper, one of its 22 tasks; openai, one of the five of the released code. The splits are those to train and to test on.',
  )
  out.document(documentOf('templates', { templates }))
  return Promise.resolve(EXIT.ok)
}
