// Everything between a fresh clone and a program that runs. Every step is idempotent; done twice it does nothing.
import './setup/node-version.mjs'
import { join, resolve } from 'node:path'
import { build } from './setup/build.mjs'
import { root, say, SetupError } from './setup/common.mjs'
import { electron } from './setup/electron.mjs'
import { takeLock } from './setup/lock.mjs'
import { cardHint, native } from './setup/native.mjs'
import { packages } from './setup/packages.mjs'
import { sqlite } from './setup/sqlite.mjs'
import { system } from './setup/system.mjs'
import { tensorflow } from './setup/tensorflow.mjs'

/**
 * Sets the clone up for what is about to run.
 * @param {{ window?: boolean, tests?: boolean }} what `window`: with an Electron runtime; `tests`: also what tests need
 */
export async function setup({ window = false, tests = false } = {}) {
  const release = await takeLock(join(root, '.setup'))
  try {
    await packages()
    if (window || tests) await electron()
    if (window || tests) await system({ tests })
    await sqlite()
    await native()
    await cardHint()
    await build()
    if (tests) await tensorflow()
  } finally {
    release()
  }
}

/** Does what may fail with a `SetupError`, and then ends the process with what to do about it. */
export async function orExit(work) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    console.error(`\n${error.message}`)
    return process.exit(1)
  }
}

if (process.argv[1] && resolve(process.argv[1]) === import.meta.filename) {
  const started = Date.now()
  await orExit(() => setup({ window: true, tests: process.argv.includes('--tests') }))
  say('set-up', `complete, ${((Date.now() - started) / 1000).toFixed(1)} s`)
}
