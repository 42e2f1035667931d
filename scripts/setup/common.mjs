// What the steps of the set-up share: folders, child processes, progress lines, errors that carry their fix.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { makeFolder } from './folder.mjs'

/** The clone. */
export const root = resolve(import.meta.dirname, '../..')
export const modules = join(root, 'node_modules')

/** What is expensive to make and outlives a clone: runtimes, compiled addons, libtensorflow. */
export const cache =
  process.env.W2S_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'weak-to-strong-lab')

/** A failure that says what could not be had, why, and the exact way out. */
export class SetupError extends Error {
  constructor(what, why, fix) {
    super(
      `${what}\n  Why: ${why.trim().replaceAll('\n', '\n       ')}\n  Fix: ${fix.trim().replaceAll('\n', '\n       ')}`,
    )
  }
}

/** Set-up speaks on stderr, so that a command's stdout stays clean. */
export function say(step, text) {
  process.stderr.write(`  ${step.padEnd(10)} ${text}\n`)
}

/** Says what begins, does it, says how long it took. */
export async function timed(step, text, work) {
  say(step, `${text} …`)
  const started = Date.now()
  const value = await work()
  say(step, `done in ${Math.max(0.1, (Date.now() - started) / 1000).toFixed(1)} s`)
  return value
}

/**
 * Runs a program to its end. `output` holds stdout and stderr together.
 * @returns {Promise<{ ok: boolean, code: number | null, signal: string | null, output: string }>}
 */
export function run(command, args, { cwd = root, env = process.env, timeoutMs = 0 } = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    let output = ''
    const keep = (chunk) => (output = (output + chunk).slice(-100_000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = timeoutMs && setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    const end = (code, signal) => {
      clearTimeout(timer)
      settle({ ok: code === 0, code, signal, output: output.trim() })
    }
    child.on('error', (error) => {
      output += error.message
      end(null, null)
    })
    child.on('close', end)
  })
}

/** npm as a program, whichever way this script was started. */
export function npm(args, options) {
  // On Windows `npm` is a script for a shell: what it calls is called instead.
  const beside = join(dirname(process.execPath), 'node_modules/npm/bin/npm-cli.js')
  const script = process.env.npm_execpath ?? (process.platform === 'win32' ? beside : undefined)
  if (script && /\.c?js$/.test(script)) return run(process.execPath, [script, ...args], options)
  return run('npm', args, options)
}

/** The last lines of a program's output: enough to see why it failed. */
export const tail = (output, lines = 12) => output.split('\n').slice(-lines).join('\n')

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex')

export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

/** Writes a small file whole or not at all. */
export function writeWhole(path, text) {
  makeFolder(dirname(path))
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}

const noteFile = join(modules, '.w2s', 'notes.json')

/** Facts about this installation; they go when `node_modules` goes, as do the things that they describe. */
export const notes = {
  get: (name) => readJson(noteFile)?.[name],
  set: (name, value) => writeWhole(noteFile, JSON.stringify({ ...readJson(noteFile), [name]: value }, null, 2)),
}

/** Version of an installed package; '' when it is not there. */
export const installedVersion = (name) => readJson(join(modules, name, 'package.json'))?.version ?? ''

export const exists = existsSync
