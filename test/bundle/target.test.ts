import { execFileSync } from 'node:child_process'
import { link, lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exportBundle, targetOf, verifyBundle, type TargetRules } from '../../src-main/bundle'
import { exportTo, finishedRun, temporaryFolder } from './fixture'

const OURS = { runId: 'r-000123456' }

/** A folder with all kinds of things that a bundle could be meant to be written over. */
async function place() {
  const folder = await temporaryFolder()
  const at = (name: string) => join(folder, name)
  const input = await finishedRun(await temporaryFolder())
  await exportTo(input, at('ours.zip'))
  await exportTo({ ...input, run: { ...input.run, id: 'another' } }, at('another.zip'))
  await writeFile(at('notes.txt'), 'notes')
  await writeFile(at('notes.zip'), 'notes under a name that looks right')
  await writeFile(at('empty.zip'), '')
  await mkdir(at('folder.zip'))
  await symlink(at('ours.zip'), at('link.zip'))
  await symlink('/dev/full', at('device.zip'))
  await symlink(at('nowhere'), at('dangling.zip'))
  if (process.platform !== 'win32') execFileSync('mkfifo', [at('pipe.zip')])
  return { folder, at, input }
}

describe('where a bundle may be written', () => {
  it.each([
    ['notes.txt', 'a name that ends in .zip, e.g. notes.txt.zip', 'notes.txt'],
    ['new.txt', 'a name that ends in .zip, e.g. new.txt.zip', 'new.txt'],
    ['notes.zip', 'a new file, or an older bundle of this run', 'a file that is something else'],
    ['empty.zip', 'a new file, or an older bundle of this run', 'a file that is something else'],
    ['another.zip', 'a new file, or an older bundle of this run', 'the bundle of run another'],
    ['folder.zip', 'a new file', 'a folder'],
    ['link.zip', 'a new file', 'a link'],
    ['device.zip', 'a new file', 'a link'],
    ['dangling.zip', 'a new file', 'a link'],
    ['pipe.zip', 'a new file', 'a pipe'],
  ])('is not %s', async (name, expected, got) => {
    const { at } = await place()
    await expect(targetOf(at(name), OURS)).rejects.toMatchObject({ problem: { path: at(name), expected, got } })
  })

  it('is a name that is free, and an older bundle of the same run', async () => {
    const { at } = await place()
    expect(await targetOf(at('new.zip'), OURS)).toEqual({ path: at('new.zip'), present: null })
    expect(await targetOf(at('NEW.ZIP'), OURS)).toMatchObject({ present: null })
    expect((await targetOf(at('ours.zip'), OURS)).present).not.toBeNull()
    await expect(targetOf(at('ours.zip'), { runId: null })).rejects.toThrow('the bundle of run r-000123456')
  })

  it('is by force any plain file, and no more than that', async () => {
    const { at } = await place()
    for (const name of ['notes.txt', 'notes.zip', 'another.zip', 'new.txt'])
      expect(await targetOf(at(name), { ...OURS, force: true }), name).toMatchObject({ path: at(name) })
    for (const name of ['folder.zip', 'link.zip', 'device.zip', 'dangling.zip', 'pipe.zip'])
      await expect(targetOf(at(name), { ...OURS, force: true }), name).rejects.toThrow('expected a new file')
  })

  it('is not in a reserved folder, by whatever way and force, but in the one for bundles', async () => {
    const folder = await temporaryFolder()
    const home = join(folder, 'home')
    const rules: TargetRules = {
      ...OURS,
      force: true,
      reserved: [{ folder: home, but: join(home, 'bundles') }, { folder: join(folder, 'none') }],
    }
    await mkdir(join(home, 'artifacts'), { recursive: true })
    await writeFile(join(home, 'lab.sqlite'), 'store')
    await symlink(home, join(folder, 'alias'))
    for (const name of ['home/lab.sqlite', 'home/artifacts/x.zip', 'home/new/deep/x.zip', 'alias/x.zip', 'none/x.zip'])
      await expect(targetOf(join(folder, name), rules), name).rejects.toThrow('outside the application')
    for (const name of ['home/bundles/x.zip', 'homely/x.zip', 'x.zip'])
      expect(await targetOf(join(folder, name), rules), name).toMatchObject({ present: null })
  })
})

describe('putting a bundle in its place', () => {
  it('replaces the older bundle of a run whole', async () => {
    const { at, input, folder } = await place()
    const names = await readdir(folder)
    const before = await readFile(at('ours.zip'))
    await exportTo({ ...input, appVersion: '9.9.9' }, at('ours.zip'))
    expect(await readFile(at('ours.zip'))).not.toEqual(before)
    expect((await verifyBundle(at('ours.zip'))).problems).toEqual([])
    expect(await readdir(folder)).toEqual(names)
  })

  it.each([
    ['that was not there', 'new.zip'],
    ['where the older bundle was', 'ours.zip'],
  ])('leaves a file alone that came in its way, %s', async (_what, name) => {
    const { at, input, folder } = await place()
    const target = await targetOf(at(name), OURS)
    const late = async () => {
      await writeFile(at(name), 'came late')
      return null
    }
    const [draw] = input.tasks[0]!.draws
    const draws = [{ ...draw!, examples: () => late().then(() => draw!.examples()) }]
    const tasks = [{ ...input.tasks[0]!, draws }]
    await expect(exportBundle({ ...input, tasks }, target)).rejects.toThrow('another file there by now')
    expect(await readFile(at(name), 'utf8')).toBe('came late')
    expect((await readdir(folder)).filter((file) => file.endsWith('.part'))).toEqual([])
  })

  it('writes over no file of another’s beside it, and clears away what a killed export left', async () => {
    const { at, input, folder } = await place()
    const gone = `new.zip.${2 ** 22 + 1}-abc.part`
    const others = ['new.zip.part', `new.zip.${process.pid}-abc.part`, `other.zip.${2 ** 22 + 1}-abc.part`]
    for (const name of [gone, ...others]) await writeFile(at(name), name)
    await exportTo(input, at('new.zip'))
    const names = await readdir(folder)
    expect(names).not.toContain(gone)
    for (const name of others) expect(await readFile(at(name), 'utf8')).toBe(name)
    expect((await lstat(at('new.zip'))).nlink).toBe(1)
  })

  it('takes a second name of a file for another file', async () => {
    const { at, input } = await place()
    await link(at('notes.txt'), at('second.zip'))
    await expect(exportTo(input, at('second.zip'))).rejects.toThrow('a file that is something else')
    expect(await readFile(at('notes.txt'), 'utf8')).toBe('notes')
  })
})
