import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')

/** How a command ended and what it said. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
  /** The object of `--json`. */
  document: Record<string, unknown>
}
/** A command that runs. */
export interface Running {
  process: ChildProcess
  ended: Promise<Ended>
  /** Resolves when what it said matches; rejects when the command ends before. */
  says(pattern: RegExp): Promise<void>
}
/** The built command line, with a data folder of its own. */
export interface CommandLine {
  home: string
  start(...args: string[]): Running
  run(...args: string[]): Promise<Ended>
  /** Removes data folder and build. */
  remove(): Promise<void>
}

/**
 * Builds the command line and its engine as the app's build does, into a folder of this process alone.
 * @param env of its processes, beside that of this one
 */
export async function buildCommandLine(env: Record<string, string> = {}): Promise<CommandLine> {
  const outDir = join(root, 'out', `test-cli-${process.pid}`)
  const at = (path: string) => join(root, 'src-main', path)
  const input = {
    cli: at('cli.ts'),
    engine: at('engine/index.ts'),
    importer: at('lab/datasets/worker.ts'),
    analyst: at('lab/results/worker.ts'),
    librarian: at('lab/models/worker.ts'),
    reader: at('lab/models/reading.ts'),
  }
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    build: { ssr: true, outDir, target: 'node20.18', rolldownOptions: { input } },
  })
  const home = await mkdtemp(join(tmpdir(), 'w2s-cli-'))
  const start = (...args: string[]) => startProcess(join(outDir, 'cli.js'), args, home, env)
  return {
    home,
    start,
    run: (...args) => start(...args).ended,
    remove: async () => {
      await rm(outDir, { recursive: true, force: true })
      await rm(home, { recursive: true, force: true })
    },
  }
}

function startProcess(entry: string, args: string[], home: string, more: Record<string, string>): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    cwd: home,
    env: { ...process.env, ...more, W2S_HOME: join(home, 'lab') },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<Ended>((settle) => {
    child.on('close', (code) => {
      const last = stdout.trim().split('\n').at(-1) ?? ''
      const document = args.includes('--json') && last ? (JSON.parse(last) as Record<string, unknown>) : {}
      settle({ code, stdout, stderr, document })
    })
  })
  return {
    process: child,
    ended,
    says: (pattern) =>
      new Promise((settle, reject) => {
        const look = () => pattern.test(stdout + stderr) && settle()
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        child.on('close', () => reject(new Error(`ended without ${pattern}:\n${stdout}\n${stderr}`)))
        look()
      }),
  }
}
