import type { Examined } from '../bundle'
import type { Lab, LabOptions } from '../lab/options'
import type { ExitCode } from './errors'
import type { Output } from './output'

/** What a command needs from outside. */
export interface Context {
  out: Output
  home: string
  /** What the user named the home by: `--home`, `W2S_HOME`; null when it is the usual one. */
  homeBy: string | null
  /** Folder that relative paths are meant from. */
  cwd: string
  openLab: (options?: Pick<LabOptions, 'backend' | 'fallback' | 'readOnly' | 'atOnce' | 'atOnceByCard'>) => Promise<Lab>
  /** Checks what is given out as a bundle, see `examineApart`. */
  examine: (path: string) => Promise<Examined>
  /** Ends every engine process at once. */
  killEngines: () => void
}

export type Flags = Record<string, string | boolean | undefined>

/** A command as `help` describes it and the parser checks it. */
export interface Command {
  name: string
  /** After the name, e.g. `<preset | spec.yaml | spec.json>`. */
  usage: string
  summary: string
  /** Fewest and most positional arguments. */
  arity: [number, number]
  options: Record<string, Option>
  /** @returns the exit code; what it says goes to the context's output */
  run(args: string[], flags: Flags, context: Context): Promise<ExitCode>
}
export interface Option {
  type: 'string' | 'boolean'
  /** Name of its value in the help. */
  value?: string
  help: string
}
