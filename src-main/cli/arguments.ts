import { parseArgs } from 'node:util'
import { oneOf, show } from '../science/spec/problems'
import { COMMON } from './commands/help'
import type { Command, Flags, Option } from './context'
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
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
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

function parse(command: Command, given: string[]): { positionals: string[]; values: Flags } {
  const options = { ...command.options, ...COMMON }
  const args = withNegatives(given, options)
  const types = Object.fromEntries(Object.entries(options).map(([name, { type }]) => [name, { type }]))
  try {
    const { positionals, values } = parseArgs({ args, options: types, allowPositionals: true, strict: true })
    return { positionals, values }
  } catch (error) {
    throw refusal(command, options, args, error as Error & { code?: string })
  }
}

/** A negative number is the value of the option before it; Node's parser takes it for an option. */
function withNegatives(args: string[], options: Record<string, Option>): string[] {
  const isValue = (i: number) => /^-\d/.test(args[i] ?? '') && options[args[i - 1]?.slice(2) ?? '']?.type === 'string'
  return args.flatMap((arg, i) => (isValue(i) ? [] : [isValue(i + 1) ? `${arg}=${args[i + 1]}` : arg]))
}

/** What Node's parser refused, with the options that there are when it is about an unknown one. */
function refusal(
  command: Command,
  options: Record<string, Option>,
  args: string[],
  error: Error & { code?: string },
): Error {
  const [, option = ''] = /'(-[^' =]+)/.exec(error.message) ?? []
  const known = Object.keys(options).map((name) => `--${name}`)
  switch (error.code) {
    case 'ERR_PARSE_ARGS_UNKNOWN_OPTION':
      return badArgument(`w2s ${command.name}`, oneOf(known, option), show(option))
    case 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE': {
      const { type, value } = options[option.slice(2)]!
      if (type === 'boolean') return badArgument(option, 'no value', 'one')
      const next = args[args.indexOf(option) + 1]
      return badArgument(option, `<${value}>`, next === undefined || known.includes(next) ? 'nothing' : show(next))
    }
    default:
      return error
  }
}
