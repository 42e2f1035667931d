import { oneOf, show } from '../../../science/spec/problems'
import type { Lab } from '../../../lab/options'
import type { Command, Context, Flags, Option } from '../../context'
import { badArgument, type ExitCode } from '../../errors'
import { importFile, previewFile, removeTasks } from './actions'
import { fetchTemplate } from './fetch'
import { CHOICES } from './query'
import { showRows } from './rows'
import { listTasks } from './show'
import { listTemplates } from './templates'

/** What the command does with datasets, and what each action takes. */
interface Action {
  usage: string
  /** Fewest and most arguments. */
  arity: [number, number]
  /** Options that mean something with it. */
  takes: readonly string[]
  /** Whether it changes the home. */
  writes: boolean
  run(lab: Lab, args: string[], flags: Flags, context: Context): Promise<ExitCode>
}

const READING: Record<string, Option> = {
  form: {
    type: 'string',
    value: CHOICES.form.join(' | '),
    help: 'A text of a class, options of which one is right, or a text to be continued (not said: proposed).',
  },
  options: {
    type: 'string',
    value: 'columns',
    help: 'Columns of the options, as a,b: one of lists, or one for each.',
  },
  right: {
    type: 'string',
    value: CHOICES.right.join(' | '),
    help: 'How a row says which option is right: the first always is, or the label is its text, letter, number or column.',
  },
  target: { type: 'string', value: 'column', help: 'Column of what follows the text.' },
  text: { type: 'string', value: 'column', help: 'Column of the text (not said: guessed, like the others).' },
  label: { type: 'string', value: 'column', help: 'Column of the label.' },
  split: { type: 'string', value: 'column', help: 'Column that says train or test.' },
  'no-split': { type: 'boolean', help: 'No column says train or test.' },
  group: { type: 'string', value: 'column', help: 'Column of what must stay in one split.' },
  'no-group': { type: 'boolean', help: 'No column says what must stay in one split.' },
  encoding: { type: 'string', value: CHOICES.encoding.join(' | '), help: 'How the file is encoded.' },
  header: { type: 'string', value: CHOICES.header.join(' | '), help: 'Whether the first line names the columns.' },
  quotes: {
    type: 'string',
    value: CHOICES.quotes.join(' | '),
    help: 'Whether quotes hold fields together (default: in CSV, not in TSV).',
  },
  classes: {
    type: 'string',
    value: 'labels',
    help: 'The labels that are classes, class 0 first, as a,b,c or ["a","b"].',
  },
  class0: { type: 'string', value: 'label', help: 'Of two classes: the label of class 0; goes with --class1.' },
  class1: { type: 'string', value: 'label', help: 'Of two classes: the label of class 1.' },
  template: {
    type: 'string',
    value: 'id',
    help: 'Makes the rows of a published dataset as its task has them; see data templates.',
  },
  games: {
    type: 'string',
    value: 'pgn',
    help: 'Of chess puzzles as Lichess publishes them: the games that they are of, in PGN.',
  },
  first: {
    type: 'string',
    value: 'n',
    help: 'Of Parquet: the first n rows of every split alone; of puzzles with --games the first n.',
  },
  twins: {
    type: 'string',
    value: CHOICES.twins.join(' | '),
    help: 'Whether near twins stay in one split (default: together).',
  },
}
const ABOUT: Record<string, Option> = {
  licence: { type: 'string', value: 'text', help: 'With import: under which licence it may be used; "own" will do.' },
  id: { type: 'string', value: 'name', help: 'With import: its name in specs (default: made of the file’s name).' },
  title: { type: 'string', value: 'text', help: 'With import: as it stands in tables.' },
  question: { type: 'string', value: 'text', help: 'With import: what the label answers.' },
}

const LOOKING: Record<string, Option> = {
  model: {
    type: 'string',
    value: 'id',
    help: 'With rows: counts lengths in tokens of a model that is here, not in letters.',
  },
  turn: { type: 'string', value: 'n', help: 'With rows: shows other examples, n times on.' },
}

const reading = Object.keys(READING)
const OPTIONS = { ...READING, ...ABOUT, ...LOOKING }
const ACTIONS: Record<string, Action> = {
  list: { usage: '', arity: [0, 0], takes: [], writes: false, run: listTasks },
  rows: { usage: '<id>', arity: [1, 1], takes: Object.keys(LOOKING), writes: false, run: showRows },
  preview: { usage: '<file>', arity: [1, 1], takes: reading, writes: false, run: previewFile },
  import: {
    usage: '<file>',
    arity: [1, 1],
    takes: [...reading, ...Object.keys(ABOUT)],
    writes: true,
    run: importFile,
  },
  templates: { usage: '', arity: [0, 0], takes: [], writes: false, run: listTemplates },
  fetch: { usage: '<template>', arity: [1, 1], takes: [], writes: true, run: fetchTemplate },
  remove: { usage: '<id>…', arity: [1, Infinity], takes: [], writes: true, run: removeTasks },
}
const USAGES = Object.entries(ACTIONS).map(([name, { usage }]) => `${name} ${usage}`.trimEnd())

export const data: Command = {
  name: 'data',
  usage: '[action]',
  summary: `Datasets: ${USAGES.join(', ')}.`,
  arity: [0, Infinity],
  options: OPTIONS,
  async run([name = 'list', ...args], flags, context) {
    const action = actionOf(name, args, flags)
    const lab = await context.openLab(action.writes ? {} : { readOnly: true })
    try {
      return await action.run(lab, args, flags, context)
    } finally {
      await lab.close()
    }
  },
}

function actionOf(name: string, args: string[], flags: Flags): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
  if (!action) throw badArgument('w2s data', oneOf(Object.keys(ACTIONS), name), show(name))
  const [fewest, most] = action.arity
  if (args.length < fewest || args.length > most)
    throw badArgument(
      `w2s data ${name}`,
      `${name} ${action.usage}`.trimEnd(),
      args.length > 0 ? args.map(show).join(' ') : 'nothing',
    )
  for (const option of Object.keys(OPTIONS)) {
    if (flags[option] === undefined || action.takes.includes(option)) continue
    const others = Object.keys(ACTIONS).filter((other) => ACTIONS[other]!.takes.includes(option))
    throw badArgument(`--${option}`, `to go with ${others.join(' or ')}`, name)
  }
  return action
}
