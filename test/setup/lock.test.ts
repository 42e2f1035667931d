import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const module = pathToFileURL(resolve('scripts/setup/lock.mjs')).href
let folder = ''

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'w2s-lock-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A process that takes the lock of `folder` and then does `body`. */
function locker(body: string): ChildProcess {
  const code = `
    import { appendFileSync } from 'node:fs'
    import { setTimeout as sleep } from 'node:timers/promises'
    import { takeLock } from '${module}'
    const release = await takeLock(process.argv[1])
    const note = (word) => appendFileSync(process.argv[1] + '/notes', word + ' ')
    ${body}`
  return spawn(process.execPath, ['--input-type=module', '-e', code, folder], { stdio: ['pipe', 'pipe', 'pipe'] })
}

const said = (child: ChildProcess, word: string) =>
  new Promise<void>((settle) =>
    child.stdout!.on('data', (chunk: Buffer) => chunk.toString().includes(word) && settle()),
  )
const ended = (child: ChildProcess) => new Promise<number | null>((settle) => child.on('close', settle))
const HOLD = `console.log('held'); await sleep(60_000)`

it('lets one in at a time', async () => {
  const body = `note('in'); await sleep(30); note('out'); release()`
  const codes = await Promise.all(Array.from({ length: 5 }, () => ended(locker(body))))
  expect(codes).toEqual([0, 0, 0, 0, 0])
  expect(readFileSync(join(folder, 'notes'), 'utf8')).toBe('in out '.repeat(5))
})

it('says whom it waits for, and goes on when that one ends', async () => {
  const first = locker(HOLD)
  await said(first, 'held')
  const second = locker(`note('second')`)
  const words = text(second.stderr!)
  await new Promise<void>((settle) => second.stderr!.once('data', () => settle()))
  first.kill('SIGTERM')
  expect(await ended(second)).toBe(0)
  expect(await words).toContain(`process ${first.pid}`)
  expect(readFileSync(join(folder, 'notes'), 'utf8')).toBe('second ')
})

it('takes over from a process that was killed', async () => {
  const first = locker(HOLD)
  await said(first, 'held')
  first.kill('SIGKILL')
  await ended(first)
  expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: first.pid })
  expect(await ended(locker(`note('after')`))).toBe(0)
  expect(readFileSync(join(folder, 'notes'), 'utf8')).toBe('after ')
})

it('does not take a reused process id for the owner', async () => {
  writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, start: 'another time' }))
  expect(await ended(locker(`note('in')`))).toBe(0)
})

it('takes over a lock that holds no owner', async () => {
  writeFileSync(join(folder, 'lock'), 'half writ')
  expect(await ended(locker(`note('in')`))).toBe(0)
})
