import type { ListedCorpus } from '../../../src-preload/contract'
import type { Lab } from '../../lab/options'
import { oneOf, show } from '../../science/spec/problems'
import type { Command, Context, Flags } from '../context'
import { badArgument, EXIT, type ExitCode } from '../errors'
import { interrupted } from '../interrupt'
import { pathOf } from '../paths'
import { columns, count, percent, size } from '../text'
import { watched } from '../watch'

/** What the command does with corpora, and what each action takes. */
interface Action {
  usage: string
  arity: number
  writes?: true
  /** Gives the corpora that it was about; null where it was stopped. */
  run(lab: Lab, args: string[], flags: Flags, context: Context): Promise<ListedCorpus[] | null>
}

const ACTIONS: Record<string, Action> = {
  list: {
    usage: '',
    arity: 0,
    async run(lab, _args, _flags, { out }) {
      const corpora = await lab.calls.corpora()
      const rows = corpora.map((of) => [of.id, of.title, of.documents.toLocaleString('en'), of.origin, of.licence])
      const header = ['corpus', 'title', 'documents', 'origin', 'licence']
      for (const line of columns([header, ...rows], { right: [2], width: out.columns })) out.line(line)
      return corpora
    },
  },
  add: { usage: '<pgn>', arity: 1, writes: true, run: addGames },
  remove: {
    usage: '<id>',
    arity: 1,
    writes: true,
    async run(lab, [id], _flags, { out }) {
      const corpora = (await lab.calls.corpora()).filter((one) => one.id === id)
      await lab.calls.corpusRemove(id!)
      out.line(`Corpus ${id} is removed; models that learnt from it stay.`)
      return corpora
    },
  },
}
const USAGES = Object.entries(ACTIONS).map(([name, { usage }]) => `${name} ${usage}`.trimEnd())

async function addGames(lab: Lab, [file]: string[], flags: Flags, context: Context): Promise<ListedCorpus[] | null> {
  const { out, cwd } = context
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined)
  const [id, licence, elo] = [text('id'), text('licence'), text('elo')]
  if (id === undefined) throw badArgument('--id', 'its name in specs', 'nothing')
  if (licence === undefined) throw badArgument('--licence', 'the licence under which it may be used', 'nothing')
  if (elo !== undefined && !/^\d{1,4}$/.test(elo)) throw badArgument('--elo', 'a rating', show(elo))
  const path = pathOf('<pgn>', file!, cwd)
  const request = { path, id, title: text('title') ?? id, licence, elo: elo === undefined ? null : Number(elo) }
  const made = await watched(lab, context, {
    command: 'corpora',
    work: () => lab.calls.corpusAdd(request),
    stop: () => lab.calls.datasetCancel(),
    hear(event) {
      if (event.type === 'dataset' && event.total > 0)
        out.status(`${percent(event.done / event.total)} of ${size(event.total)}`)
    },
  })
  if (!made) return null
  const passed = made.passed > 0 ? ` ${count(made.passed, 'game')} passed over.` : ''
  out.line(`Corpus ${id}: ${count(made.corpus.documents, 'game')}.${passed}`)
  return (await lab.calls.corpora()).filter((one) => one.id === id)
}

export const corpora: Command = {
  name: 'corpora',
  usage: '[action]',
  summary: `Texts that language models are pretrained on: ${USAGES.join(', ')}.`,
  arity: [0, Infinity],
  options: {
    id: { type: 'string', value: 'name', help: 'With add: its name in specs.' },
    title: { type: 'string', value: 'text', help: 'With add: what it is called (default: its name).' },
    licence: { type: 'string', value: 'text', help: 'With add: under which licence it may be used; "own" will do.' },
    elo: { type: 'string', value: 'n', help: 'With add: only games whose players are both rated n or more.' },
  },
  async run([name = 'list', ...args], flags, context): Promise<ExitCode> {
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined
    if (!action) throw badArgument('w2s corpora', oneOf(Object.keys(ACTIONS), name), show(name))
    if (args.length !== action.arity)
      throw badArgument(
        `w2s corpora ${name}`,
        `${name} ${action.usage}`.trimEnd(),
        args.map(show).join(' ') || 'nothing',
      )
    const lab = await context.openLab(action.writes ? {} : { readOnly: true })
    try {
      const told = await action.run(lab, args, flags, context)
      if (!told) return interrupted('corpora', context.out)
      context.out.document({ command: 'corpora', action: name, ok: true, corpora: told })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}
