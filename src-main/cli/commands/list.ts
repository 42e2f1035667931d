import type { Command } from '../context'
import { badArgument, EXIT } from '../errors'
import { columns, moment } from '../text'
import { openRuns } from './find'

const NONE = 'No runs yet. `w2s run quickstart` makes the first.'

export const list: Command = {
  name: 'list',
  usage: '',
  summary: 'Every run that is not in the trash, newest first; with --query those that answer to it.',
  arity: [0, 0],
  options: {
    query: {
      type: 'string',
      value: 'QUERY',
      help: `Such as 'state:done task:spam pgr>.2 seeds>=5 -tag:old'; docs/cli.md has the language.`,
    },
  },
  async run(_args, flags, context) {
    const { out } = context
    const lab = await openRuns(context)
    try {
      const asked = typeof flags['query'] === 'string' ? flags['query'] : null
      const { ids, problem } = await lab.calls.findRuns(asked ?? '')
      if (problem) throw badArgument(`query, at ${problem.at + 1}`, problem.expected, problem.got)
      const found = new Set(ids)
      const runs = (await lab.calls.runs()).filter(({ id, trashedAt }) =>
        asked === null ? trashedAt === null : found.has(id),
      )
      const rows = runs.map((run) => [
        run.id,
        moment(run.createdAt),
        run.state,
        `${run.stagesDone}/${run.stagesTotal}`,
        run.name,
        run.headline.split('\n').join('; '),
      ])
      if (rows.length === 0) out.line(asked === null ? NONE : 'No run answers to this.')
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
