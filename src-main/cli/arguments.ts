import { parseArgs } from 'node:util'
import { oneOf, show } from '../science/problems'
import { COMMON } from './commands/help'
import type { Command, Flags } from './context'
import { badArgument } from './errors'

/** A command line, checked. */
export interface Invocation {
  command: Command
  args: string[]
  flags: Flags
}

/**
 * What a command line asks for. Without a command, or with `--help`, it asks for help.
 * @throws LabError `bad-input` with option, expectation and value
 */
export function parseCommandLine(argv: string[], commands: Record<string, Command>): Invocation {
  const [name = 'help', ...rest] = argv[0] === '--help' || argv[0] === '-h' ? ['help', ...argv.slice(1)] : argv
  const command = commands[name]
  if (!command) throw badArgument('command', oneOf(Object.keys(commands), name), show(name))
  const { positionals, values } = parse(command, rest)
  if (values.help) return { command: commands.help!, args: [command.name], flags: values }
  const [fewest, most] = command.arity
  if (positionals.length < fewest || positionals.length > most) {
    const expected = command.usage || 'no argument'
    throw badArgument(`w2s ${name}`, expected, positionals.length ? positionals.map(show).join(' ') : 'nothing')
  }
  return { command, args: positionals, flags: values }
}

function parse(command: Command, args: string[]): { positionals: string[]; values: Flags } {
  const options = { ...command.options, ...COMMON }
  const types = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]))
  try {
    const { positionals, values } = parseArgs({ args, options: types, allowPositionals: true, strict: true })
    return { positionals, values }
  } catch (error) {
    throw refusal(command, Object.keys(options), error as Error & { code?: string })
  }
}

/** Node's own message, with the options that there are when it is about an unknown one. */
function refusal(command: Command, known: string[], error: Error & { code?: string }): Error {
  if (!error.code?.startsWith('ERR_PARSE_ARGS')) return error
  const [, option = ''] = /'(-[^' ]+)/.exec(error.message) ?? []
  if (error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return badArgument(option, error.message, 'something else')
  return badArgument(
    `w2s ${command.name}`,
    oneOf(
      known.map((name) => `--${name}`),
      option,
    ),
    show(option),
  )
}
