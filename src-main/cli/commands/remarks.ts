import type { MarkChange, RunSummary } from '../../../src-preload/contract'
import { parseArguments } from '../../lab/calls'
import type { Command, Context, Flags } from '../context'
import { badArgument, byOptions, EXIT } from '../errors'
import { findRunBy, openRuns, RUN_USAGE } from './find'

/** What the command says of a run; none of it reads what the run found. */
export const remarks: Command = {
  name: 'remarks',
  usage: RUN_USAGE,
  summary: 'What is said of a run: its name, tags and notes; with options they are changed first.',
  arity: [1, 1],
  options: {
    name: { type: 'string', value: 'text', help: 'Calls it so; "" as its spec does.' },
    notes: { type: 'string', value: 'markdown', help: 'Takes the place of its notes; "" removes them.' },
    tag: { type: 'string', value: 'tags', help: 'Adds tags, as a,b,c.' },
    untag: { type: 'string', value: 'tags', help: 'Takes tags off, as a,b,c.' },
    star: { type: 'boolean', help: 'Stars it.' },
    unstar: { type: 'boolean', help: 'Takes the star off.' },
  },
  async run([text], flags, context) {
    const said = changeOf(flags)
    const lab = said ? await context.openLab() : await openRuns(context)
    try {
      let run = await findRunBy(lab, text!)
      if (said) {
        const { id } = run
        const [change] = await byOptions(OPTIONS, () => parseArguments('mark', [{ runs: [id], ...said }]))
        await lab.calls.mark(change)
        run = await findRunBy(lab, run.id)
      }
      describe(run, context.out)
      context.out.document({ command: 'remarks', ok: true, run })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

/** What each option says of a run. */
const OPTIONS = { name: '--name', notes: '--notes', addTags: '--tag', removeTags: '--untag' }

/** What the options say from now on; null where they say nothing. */
function changeOf(flags: Flags): Omit<MarkChange, 'runs'> | null {
  const { name, notes, tag, untag, star, unstar } = flags
  if (star && unstar) throw badArgument('--star', 'either --star or --unstar', 'both')
  const tags = (of: string | boolean | undefined) =>
    String(of)
      .split(',')
      .flatMap((each) => each.trim() || [])
  const change = {
    ...(typeof name === 'string' && { name }),
    ...(typeof notes === 'string' && { notes }),
    ...(tag !== undefined && { addTags: tags(tag) }),
    ...(untag !== undefined && { removeTags: tags(untag) }),
    ...((star || unstar) && { starred: star === true }),
  }
  return Object.keys(change).length > 0 ? change : null
}

function describe({ id, name, tags, notes, starred }: RunSummary, out: Context['out']): void {
  out.line(`${out.paint('bold', name)}${starred ? ', starred' : ''}`)
  out.line(`Run ${id}${tags.length > 0 ? `, tags: ${tags.join(', ')}` : ', no tags'}`)
  if (notes !== '') {
    out.line()
    out.line(notes)
  }
}
