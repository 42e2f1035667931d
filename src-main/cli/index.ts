import { existsSync, statSync } from 'node:fs'
import type { SpawnEngine } from '../lab/options'
import { show } from '../science/spec/problems'
import { parseCommandLine } from './arguments'
import { catalog } from './commands/catalog'
import { check } from './commands/check'
import { compare } from './commands/compare'
import { data } from './commands/data'
import { doctor } from './commands/doctor'
import { exportRun } from './commands/export'
import { createHelp } from './commands/help'
import { corpora } from './commands/corpora'
import { ladders } from './commands/ladders'
import { list } from './commands/list'
import { models } from './commands/models'
import { plan } from './commands/plan'
import { remarks } from './commands/remarks'
import { run } from './commands/run'
import { seal, unseal } from './commands/seal'
import { show as showRun } from './commands/show'
import { sweep } from './commands/sweep'
import { verify } from './commands/verify'
import type { Command, Context } from './context'
import { badArgument, explain, type ExitCode } from './errors'
import { createOutput, type Output } from './output'

const commands: Record<string, Command> = {
  run,
  plan,
  sweep,
  list,
  show: showRun,
  compare,
  remarks,
  export: exportRun,
  seal,
  unseal,
  verify,
  check,
  catalog,
  data,
  models,
  ladders,
  corpora,
  doctor,
  help: createHelp(() => commands),
}

/** What the command line is wired to: everything of a context that does not depend on the arguments. */
export interface Wiring extends Pick<Context, 'cwd' | 'homeBy' | 'examine'> {
  /** The data folder when `--home` does not name another. */
  home: string
  openLab(home: string, options: Parameters<Context['openLab']>[0]): ReturnType<Context['openLab']>
  killEngines: () => void
}

/** Runs one command line to its end. Never throws. @returns the exit code */
export async function main(argv: string[], wiring: Wiring): Promise<ExitCode> {
  const out = createOutput(argv.includes('--json'))
  let { home, homeBy } = wiring
  try {
    const { command, args, flags } = parseCommandLine(argv, commands)
    if (typeof flags.home === 'string') [home, homeBy] = [flags.home, '--home']
    checkHome(home, homeBy)
    const openLab: Context['openLab'] = (options) => wiring.openLab(home, options)
    return await command.run(args, flags, { ...wiring, out, home, homeBy, openLab })
  } catch (error) {
    return refuse(error, argv, home, out)
  }
}

/** From now on an error that nobody caught is told in words, and ends the command and its engines. */
export function answerUncaught(argv: string[], { home, killEngines }: Wiring): void {
  process.on('uncaughtException', (error) => {
    killEngines()
    process.exit(refuse(error, argv, home, createOutput(argv.includes('--json'))))
  })
}

/** @throws LabError when it names no folder, or something else */
function checkHome(home: string, by: string | null): void {
  if (home === '' || (existsSync(home) && !statSync(home).isDirectory()))
    throw badArgument(by ?? 'the data folder', 'a folder', home === '' ? show(home) : `the file ${show(home)}`)
}

/** Problems that are spelled out for people; `--json` has all. */
const SHOWN = 20

function refuse(error: unknown, argv: string[], home: string, out: Output): ExitCode {
  const { failure, exit } = explain(error, home)
  const problems = failure.problems ?? []
  out.error(out.paint('red', problems.length > 0 ? 'This input cannot be used:' : failure.message))
  for (const { path, expected, got } of problems.slice(0, SHOWN)) {
    out.error(`  ${path || 'input'}: expected ${expected}, got ${got}`)
  }
  if (problems.length > SHOWN) out.error(`  and ${problems.length - SHOWN} more`)
  const name = argv[0] && Object.hasOwn(commands, argv[0]) ? argv[0] : null
  out.document({ command: name, ok: false, error: { problems: [], ...failure } })
  return exit
}

/** Remembers the processes that it starts, so that all of them can be ended at once. */
export function trackEngines(spawn: SpawnEngine): { spawn: SpawnEngine; killAll(): void } {
  const alive = new Set<ReturnType<SpawnEngine>>()
  return {
    spawn(onMessage, onExit, env) {
      const ended: typeof onExit = (exit) => {
        alive.delete(handle)
        onExit(exit)
      }
      const handle = spawn(onMessage, ended, env)
      alive.add(handle)
      return handle
    },
    killAll: () => alive.forEach((handle) => handle.kill()),
  }
}
