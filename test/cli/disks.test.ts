// What the command line says of disks that are full or read-only.
import { readdirSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { breakable } from '../store/disks'
import { fill, mounted, remount, temporaryFolder } from '../store/temporary'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

const SPEC = {
  version: 1,
  name: 'Full',
  tasks: ['sotu'],
  weak: [{ model: 'words', words: 30 }],
  strong: [{ model: 'words', words: 60 }],
  methods: [{ method: 'naive' }],
  sizes: { weak: 200, transfer: 1000, validation: 60, test: 200 },
  optimiser: { weak: { epochs: 1 }, strong: { epochs: 20, batch: 2 } },
  evaluations: 5,
  seeds: [0],
}
const SHORT = { ...SPEC, name: 'Short', optimiser: { weak: { epochs: 1 }, strong: { epochs: 1 } } }
const NO_MOUNT = 'mounting a file system needs privileges'

const tables = readTables()
let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
  await writeFile(join(w2s.home, 'spec.json'), JSON.stringify(SPEC))
  await writeFile(join(w2s.home, 'short.json'), JSON.stringify(SHORT))
}, 60_000)
afterAll(() => w2s.remove())

it('a disk that fills up in the middle of a run ends it in words; with room again it goes on', async (context) => {
  const disk = mounted('size=256m')
  if (!disk) return context.skip(NO_MOUNT)
  const args = ['run', 'spec.json', '--backend', 'wasm', '--no-export', '--home', disk]
  const running = w2s.start(...args)
  await running.says(/labels .*: done/)
  fill(join(disk, 'ballast'))
  const { code, stderr } = await running.ended
  expect(stderr).toMatch(/The disk is full/)
  expect(code).toBe(3)
  rmSync(join(disk, 'ballast'))
  const again = await w2s.run(...args)
  expect([again.stderr, again.code]).toEqual(['', 0])
}, 90_000)

it('a read-only home can be looked at, and its runs exported elsewhere', async (context) => {
  const disk = mounted('size=256m')
  if (!disk) return context.skip(NO_MOUNT)
  const at = ['--home', join(disk, 'home'), '--json']
  expect((await w2s.run('run', 'short.json', '--backend', 'wasm', '--no-export', ...at)).code).toBe(0)
  remount(disk, 'ro')
  for (const args of [['list'], ['show', 'last'], ['catalog'], ['models'], ['doctor'], ['export', 'last', 'ro.zip']]) {
    const { code, document } = await w2s.run(...args, ...at)
    expect([args[0], code]).toEqual([args[0], 0])
    expect(mismatches(tables, args[0]!, document)).toEqual([])
  }
  const refused = await w2s.run('run', 'spec.json', ...at)
  expect(refused.code).toBe(3)
  expect(refused.document).toMatchObject({ error: { code: 'storage' } })
  const nowhere = await w2s.run('export', 'last', join(disk, 'new', 'x.zip'), ...at)
  expect(nowhere.code).toBe(3)
  expect(nowhere.stderr).toMatch(/^The bundle could not be written there\. .*\(EROFS: .*new'\)\n$/)
  expect(readdirSync(disk)).toEqual(['home'])
}, 90_000)

it('a bundle for a disk that is read-only or takes no folder is refused every time, at once', async (context) => {
  const disk = mounted('size=1m')
  if (!disk) return context.skip(NO_MOUNT)
  remount(disk, 'ro')
  expect((await w2s.run('run', 'short.json', '--backend', 'wasm', '--no-export')).code).toBe(0)
  for (const target of [join(disk, 'b.zip'), join(disk, 'b.zip'), join(disk, 'b.zip'), '/proc/x/y.zip']) {
    const { code, stderr } = await w2s.run('export', 'last', target)
    expect(code).toBe(3)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('The bundle could not be written there.')
  }
}, 90_000)

it('a disk that goes away in the middle of a run ends it in words, whatever was being done', async (context) => {
  for (const [says, json] of [
    [/Engine: wasm/, []],
    [/labels .*: done/, ['--json']],
  ] as const) {
    const disk = breakable(temporaryFolder())
    if (!disk) return context.skip('taking a disk away takes root, loop devices, ext4 and Python')
    onTestFinished(() => disk.unmount())
    const args = ['run', 'spec.json', '--backend', 'wasm', '--no-export', '--home', join(disk.folder, 'home'), ...json]
    const running = w2s.start(...args)
    await running.says(says)
    disk.takeAway()
    const { code, stderr, document } = await running.ended
    expect(stderr).toMatch(/The disk does not answer: it was taken away/)
    expect(stderr).not.toMatch(/\n\s+at |damaged/)
    expect(code).toBe(3)
    if (json.length > 0) expect(document).toMatchObject({ command: 'run', ok: false, error: { code: 'storage' } })
  }
}, 90_000)
