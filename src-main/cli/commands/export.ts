import type { Command } from '../context'
import { EXIT } from '../errors'
import { pathOf } from '../paths'
import { FORCE, writeBundle } from './bundle'
import { findRunBy, openRuns, RUN_USAGE } from './find'

export const exportRun: Command = {
  name: 'export',
  usage: `${RUN_USAGE} [path]`,
  summary: 'Write a run as one zip file: spec, results, metrics, predictions, environment, checksums.',
  arity: [1, 2],
  options: { force: FORCE },
  async run([text, asked], flags, context) {
    const path = asked === undefined ? undefined : pathOf('[path]', asked, context.cwd)
    const lab = await openRuns(context)
    try {
      const bundle = await writeBundle(lab, await findRunBy(lab, text!), { ...flags, export: path }, context)
      context.out.document({ command: 'export', ok: true, bundle })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}
