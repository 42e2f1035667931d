import type { Command } from '../context'
import { EXIT } from '../errors'
import { columns, moment } from '../text'
import { openRuns } from './find'

export const list: Command = {
  name: 'list',
  usage: '',
  summary: 'Every run, newest first.',
  arity: [0, 0],
  options: {},
  async run(_args, _flags, context) {
    const { out } = context
    const lab = await openRuns(context)
    try {
      const runs = await lab.calls.runs()
      const rows = runs.map((run) => [
        run.id,
        moment(run.createdAt),
        run.state,
        `${run.stagesDone}/${run.stagesTotal}`,
        run.name,
        run.headline.split('\n').join('; '),
      ])
      if (rows.length === 0) out.line('No runs yet. `w2s run quickstart` makes the first.')
      else
        for (const line of columns([['run', 'started', 'state', 'stages', 'name', ''], ...rows], { right: [3] }))
          out.line(line)
      out.document({ command: 'list', ok: true, runs })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}
