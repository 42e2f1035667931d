// One set-up at a time in a clone. The lock is a file that holds its owner's pid and start time.
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { say } from './common.mjs'
import { makeFolder } from './folder.mjs'

/** When a process began, so that a pid used anew is not taken for its predecessor; '' where that cannot be known. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return ''
  }
}

function isAlive({ pid, start }) {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code === 'ESRCH') return false
  }
  return startOf(pid) === start
}

const read = (path) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return { pid: 0, start: '' }
  }
}

/** Puts a lock aside whose owner is gone; if it changed hands meanwhile, the new owner's goes back. */
function removeStale(path, seen) {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
    if (read(aside) !== seen) linkSync(aside, path)
    rmSync(aside)
  } catch {
    // Another process was faster: the next round sees what it left.
  }
}

/**
 * Waits for the lock `<folder>/lock` and returns the function that gives it back (it also goes with the process).
 * A lock whose owner no longer runs is taken over.
 */
export async function takeLock(folder) {
  makeFolder(folder)
  const path = join(folder, 'lock')
  const own = `${path}.${process.pid}`
  const text = JSON.stringify({ pid: process.pid, start: startOf(process.pid) })
  writeFileSync(own, text)
  for (let told = false; ; await sleep(100)) {
    try {
      linkSync(own, path)
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const seen = read(path)
    if (seen === null) continue
    if (!isAlive(parse(seen))) removeStale(path, seen)
    else if (!told) {
      say('set-up', `another one runs here (process ${parse(seen).pid}); waiting for it`)
      told = true
    }
  }
  rmSync(own, { force: true })
  const release = () => {
    if (read(path) === text) rmSync(path, { force: true })
  }
  const interrupted = { SIGINT: () => process.exit(130), SIGTERM: () => process.exit(143) }
  process.once('exit', release)
  for (const [signal, leave] of Object.entries(interrupted)) process.once(signal, leave)
  return () => {
    release()
    process.off('exit', release)
    for (const [signal, leave] of Object.entries(interrupted)) process.off(signal, leave)
  }
}
