import { ARRANGEMENTS, type Arrangement } from '../../science/ladders/ladder'
import { oneOf, show } from '../../science/spec/problems'
import type { Lab } from '../../lab/options'
import type { Command, Context, Flags } from '../context'
import { badArgument, EXIT, type ExitCode } from '../errors'
import { columns } from '../text'

type Told = Awaited<ReturnType<Lab['calls']['ladders']>>

/** What the command does with ladders, and what each action takes. */
interface Action {
  usage: string
  arity: [number, number]
  writes?: true
  /** Gives the ladders that it was about, and what it made of them. */
  run(lab: Lab, args: string[], flags: Flags, context: Context): Promise<{ ladders: Told; arranged?: object }>
}

const ACTIONS: Record<string, Action> = {
  list: {
    usage: '',
    arity: [0, 0],
    async run(lab, _args, _flags, { out }) {
      const ladders = await lab.calls.ladders()
      const rows = ladders.map(({ id, title, origin, models }) => [id, title, origin, models.join(', ')])
      for (const line of columns([['ladder', 'title', 'origin', 'models'], ...rows], { width: out.columns }))
        out.line(line)
      return { ladders }
    },
  },
  show: {
    usage: '<id>',
    arity: [1, 1],
    async run(lab, [id], _flags, { out }) {
      const ladder = await find(lab, id!)
      const known = new Map((await lab.calls.models()).map((model) => [model.id, model]))
      const rows = ladder.models.map((model) => {
        const entry = known.get(model)
        const where = !entry ? 'not known' : entry.here && !entry.here.gone ? 'here' : 'not here'
        return [model, entry ? String(entry.parameters) : '', where]
      })
      out.line(ladder.title)
      for (const line of columns([['model', 'weights', 'where'], ...rows], { right: [1] })) out.line(line)
      return { ladders: [ladder] }
    },
  },
  create: {
    usage: '<id> <model>…',
    arity: [3, 51],
    writes: true,
    async run(lab, [id, ...models], { title }, { out }) {
      await lab.calls.ladderSave({ id: id!, title: typeof title === 'string' ? title : id!, models })
      out.line(`Ladder ${id}: ${models.join(', ')}.`)
      return { ladders: [await find(lab, id!)] }
    },
  },
  remove: {
    usage: '<id>',
    arity: [1, 1],
    writes: true,
    async run(lab, [id], _flags, { out }) {
      const ladder = await find(lab, id!)
      await lab.calls.ladderRemove(id!)
      out.line(`Ladder ${id} is removed; its models stay.`)
      return { ladders: [ladder] }
    },
  },
  arrange: {
    usage: '<id>',
    arity: [1, 1],
    async run(lab, [id], { as = 'pairs' }, { out }) {
      const ladder = await find(lab, id!)
      const how = Object.keys(ARRANGEMENTS).find((one) => one === as) as Arrangement | undefined
      if (!how) throw badArgument('--as', oneOf(Object.keys(ARRANGEMENTS), as), show(as))
      const arranged = ladder.arrangements.find((one) => one.as === how)!.part
      out.line(JSON.stringify(arranged, null, 2))
      return { ladders: [ladder], arranged }
    },
  },
}
const USAGES = Object.entries(ACTIONS).map(([name, { usage }]) => `${name} ${usage}`.trimEnd())

export const ladders: Command = {
  name: 'ladders',
  usage: '[action]',
  summary: `Ladders of models: ${USAGES.join(', ')}.`,
  arity: [0, Infinity],
  options: {
    title: { type: 'string', value: 'text', help: 'With create: what it is called.' },
    as: {
      type: 'string',
      value: Object.keys(ARRANGEMENTS).join(' | '),
      help: 'With arrange: the models, and their pairs, as they stand in a spec (default: pairs).',
    },
  },
  async run([name = 'list', ...args], flags, context): Promise<ExitCode> {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (!action) throw badArgument('w2s ladders', oneOf(Object.keys(ACTIONS), name), show(name))
    const [fewest, most] = action.arity
    const usage = `${name} ${action.usage}`.trimEnd()
    if (args.length < fewest || args.length > most)
      throw badArgument(`w2s ladders ${name}`, usage, args.map(show).join(' ') || 'nothing')
    const lab = await context.openLab(action.writes ? {} : { readOnly: true })
    try {
      const { ladders: told, arranged = null } = await action.run(lab, args, flags, context)
      context.out.document({ command: 'ladders', action: name, ok: true, ladders: told, arranged })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

async function find(lab: Lab, id: string): Promise<Told[number]> {
  const all = await lab.calls.ladders()
  const found = all.find((ladder) => ladder.id === id)
  if (found) return found
  const ids = all.map((ladder) => ladder.id)
  throw badArgument('<id>', ids.length > 0 ? oneOf(ids, id) : 'a ladder: there is none yet', show(id))
}
