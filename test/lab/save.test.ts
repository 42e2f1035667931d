// A file of the user's is written whole where they say, never over the store, and a refusal says what is the matter there.
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { failureOf } from '../../src-main/lab/errors'
import { saveTo } from '../../src-main/lab/home/save'
import { fill, mounted, remount, temporaryFolder } from '../store/temporary'
import { openLab } from './tools'

const NO_MOUNT = 'mounting a file system needs privileges'
const bytes = Buffer.from('a,b\n')
const refusal = (path: string, home: string, of = bytes) =>
  saveTo(path, of, home).then(
    () => expect.fail('it was saved'),
    (error: unknown) => failureOf(error, home),
  )

test('a file is saved, and replaced', async () => {
  const [home, elsewhere] = [temporaryFolder(), temporaryFolder()]
  const path = join(elsewhere, 'figure.csv')
  await saveTo(path, Buffer.from('older and longer'), home)
  await saveTo(path, bytes, home)
  await saveTo(join(home, 'new.csv'), bytes, home)
  expect(readFileSync(path)).toEqual(bytes)
  expect(readdirSync(elsewhere)).toEqual(['figure.csv'])
})

test('nothing is saved over what is the store’s, by whatever way', async () => {
  const [home, elsewhere] = [temporaryFolder(), temporaryFolder()]
  await openLab({ home })
  const store = join(home, 'lab.sqlite')
  const before = readFileSync(store)
  mkdirSync(join(home, 'bundles'), { recursive: true })
  writeFileSync(join(home, 'bundles', 'run.w2s.zip'), 'bundle')
  symlinkSync(home, join(elsewhere, 'linked'))
  for (const path of [
    store,
    `${store}-wal`,
    join(home, 'bundles', 'run.w2s.zip'),
    join(home, 'bundles', '..', 'lab.sqlite'),
    join(elsewhere, 'linked', 'lab.sqlite'),
  ])
    expect(await refusal(path, home)).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/belongs to the data folder, and was left as it is/) as string,
    })
  // A link is replaced, and not what it leads to.
  symlinkSync(store, join(elsewhere, 'link.csv'))
  await saveTo(join(elsewhere, 'link.csv'), bytes, home)
  expect(readFileSync(store)).toEqual(before)
  expect(readFileSync(join(elsewhere, 'link.csv'))).toEqual(bytes)
})

test('a disk that is full is that of the file, and what was there stays', async (context) => {
  const disk = mounted('size=1m')
  if (!disk) return context.skip(NO_MOUNT)
  const [home, path] = [temporaryFolder(), join(disk, 'figure.csv')]
  writeFileSync(path, 'older')
  fill(join(disk, 'ballast'))
  const { code, message } = await refusal(path, home, Buffer.alloc(100_000))
  expect([code, message]).toEqual(['storage', expect.stringMatching(/^The file was not saved: the disk is full/)])
  expect(message).toContain(path)
  expect(message).not.toContain(home)
  expect(readFileSync(path, 'utf8')).toBe('older')
  expect(readdirSync(disk).sort()).toEqual(['ballast', 'figure.csv'])
})

test('a place that takes no file, and a name that is too long, are told as such', async (context) => {
  const home = temporaryFolder()
  const path = join(temporaryFolder(), `${'n'.repeat(300)}.csv`)
  const long = `${path}: expected a shorter name, got one of 304 bytes`
  expect(await refusal(path, home)).toEqual({ code: 'bad-input', message: long })
  const disk = mounted('size=1m')
  if (!disk) return context.skip(NO_MOUNT)
  remount(disk, 'ro')
  expect(await refusal(join(disk, 'figure.csv'), home)).toMatchObject({
    code: 'storage',
    message: expect.stringMatching(/^The file was not saved: it may not be written there/) as string,
  })
})
