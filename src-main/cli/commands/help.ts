import type { Command, Option } from '../context'
import { badArgument, EXIT } from '../errors'
import type { Output } from '../output'
import { oneOf, show } from '../../science/spec/problems'
import { columns } from '../text'

/** Options that every command takes. */
export const COMMON: Record<string, Option> = {
  json: { type: 'boolean', help: 'The last line on stdout is one JSON object (docs/cli.md); all else goes to stderr.' },
  home: { type: 'string', value: 'folder', help: 'Another data folder (default: $W2S_HOME, else the user’s own).' },
  help: { type: 'boolean', help: 'What a command does.' },
}

/** The help about all commands, or about the one that is named. */
export function createHelp(commands: () => Record<string, Command>): Command {
  return {
    name: 'help',
    usage: '[command]',
    summary: 'What the commands do.',
    arity: [0, 1],
    options: {},
    run([name], _flags, { out }) {
      const all = Object.values(commands())
      const about = name === undefined ? all : all.filter((command) => command.name === name)
      if (about.length === 0) {
        const names = all.map((command) => command.name)
        return Promise.reject(badArgument('[command]', oneOf(names, name), show(name)))
      }
      if (name === undefined) overview(all, out)
      else describe(about[0]!, out)
      const facts = about.map(({ name, usage, summary, options }) => ({ name, usage, summary, options }))
      out.document({ command: 'help', ok: true, commands: facts })
      return Promise.resolve(EXIT.ok)
    },
  }
}

function overview(commands: Command[], out: Output): void {
  out.line('Weak-to-Strong Lab, headless: npm run w2s -- <command>')
  out.line()
  for (const line of columns(
    commands.map((c) => [`  ${c.name} ${c.usage}`, c.summary]),
    { width: out.columns },
  ))
    out.line(line)
  out.line()
  listOptions(COMMON, out)
  out.line()
  out.line('Exit codes: 0 ok, 1 a stage or check failed, 2 bad input, 3 not possible now, 130 stopped by Ctrl+C.')
}

function describe({ name, usage, summary, options }: Command, out: Output): void {
  out.line(`w2s ${name} ${usage}`.trimEnd())
  out.line(summary)
  out.line()
  listOptions({ ...options, ...COMMON }, out)
}

function listOptions(options: Record<string, Option>, out: Output): void {
  const rows = Object.entries(options).map(([name, { value, help }]) => [
    `  --${name}${value ? ` <${value}>` : ''}`,
    help,
  ])
  for (const line of columns(rows, { width: out.columns })) out.line(line)
}
