import { resolve } from 'node:path'
import type { Command } from '../context'
import { EXIT } from '../errors'
import { findRunBy, RUN_USAGE } from './find'
import { describeBundle } from './run'

export const exportRun: Command = {
  name: 'export',
  usage: `${RUN_USAGE} [path]`,
  summary: 'Write a run as one zip file: spec, results, metrics, predictions, environment, checksums.',
  arity: [1, 2],
  options: {},
  async run([text, path], _flags, { out, cwd, openLab }) {
    const lab = await openLab({ readOnly: true })
    try {
      const { id } = await findRunBy(lab, text!)
      out.status('Writing the bundle')
      const bundle = await lab.calls.exportBundle({ runId: id, path: path === undefined ? '' : resolve(cwd, path) })
      if (bundle) describeBundle(bundle, out)
      out.document({ command: 'export', ok: true, bundle })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}
