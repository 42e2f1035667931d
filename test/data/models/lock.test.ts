import { spawnSync } from 'node:child_process'
import type * as files from 'node:fs/promises'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lock } from '../../../src-main/data/models/lock'

/** What the next call that takes a file away waits for: a process that is slow there. */
let hold: Promise<void> | null = null
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof files>()
  const held = <A extends unknown[]>(call: (...values: A) => Promise<void>) => {
    return async (...values: A) => {
      const waited = hold
      hold = null
      await waited
      return call(...values)
    }
  }
  return { ...real, rename: held(real.rename), rm: held(real.rm) }
})

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-lock-'))
  file = path.join(folder, 'lock')
  await writeFile(file, String(spawnSync(process.execPath, ['-e', '']).pid))
})
afterEach(() => rm(folder, { recursive: true }))

it('is taken over from a process that has died, and given up', async () => {
  const release = await lock(file, 'it')
  expect(await readFile(file, 'utf8')).toBe(String(process.pid))
  await expect(lock(file, 'it')).rejects.toThrow('it is being worked on by this process.')
  await release()
  expect(await readdir(folder)).toEqual([])
})

it('is held by one, when two find that a process has died', async () => {
  let go = () => {}
  hold = new Promise((resolve) => (go = resolve))
  const slow = lock(file, 'it')
  await vi.waitUntil(() => hold === null)
  const release = await lock(file, 'it')
  go()
  await expect(slow).rejects.toThrow('it is being worked on by this process.')
  expect(await readFile(file, 'utf8')).toBe(String(process.pid))
  await release()
  expect(await readdir(folder)).toEqual([])
})
