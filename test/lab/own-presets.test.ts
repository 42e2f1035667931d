import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary'
import { openLab, tinySpec } from './tools'

test('a preset of one’s own is kept over a restart, replaced by its title, and deleted', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ home })
  const own = async ({ calls }: typeof lab) => (await calls.catalog()).presets.filter(({ origin }) => origin === 'own')
  const heard: string[] = []
  lab.subscribe((events) => heard.push(...events.map(({ type }) => type)))
  expect(await own(lab)).toEqual([])

  expect(await lab.calls.presetSave({ title: ' Über alles! ', spec: tinySpec() })).toEqual({ id: 'u-ber-alles' })
  await lab.calls.presetSave({ title: 'Über alles!', spec: tinySpec({ seeds: [4], question: 'Why?' }) })
  expect(await own(lab)).toMatchObject([{ title: 'Über alles!', help: 'Why?', gpu: false, spec: { seeds: [4] } }])
  expect(heard).toContain('presets')

  await expect(lab.calls.presetSave({ title: 'Quickstart', spec: tinySpec() })).rejects.toThrow('came with the app')
  await expect(lab.calls.presetSave({ title: '–', spec: tinySpec() })).rejects.toThrow('a letter or a digit')
  await expect(lab.calls.presetSave({ title: 'No', spec: { version: 1 } })).rejects.toThrow('tasks')
  await expect(lab.calls.presetRemove('quickstart')).rejects.toThrow('came with the app')
  await expect(lab.calls.presetRemove('nothing')).rejects.toThrow('no preset')
  await lab.close()

  await writeFile(join(home, 'presets', 'broken.json'), '{')
  const asked = JSON.stringify({ id: 'odd', title: 'Odd', help: 'Odd.', spec: { version: 1 } })
  await writeFile(join(home, 'presets', 'odd.json'), asked)
  const again = await openLab({ home })
  const broken = async () => (await again.calls.catalog()).brokenPresets
  expect((await broken()).map(({ id }) => id)).toEqual(['broken', 'odd'])
  expect((await broken())[0]).toMatchObject({ file: join(home, 'presets', 'broken.json') })
  expect((await broken())[1]!.reason).toContain('tasks: expected a list, got nothing')
  await again.calls.presetRemove('odd')
  expect((await broken()).map(({ id }) => id)).toEqual(['broken'])
  const [kept, ...more] = await own(again)
  expect([kept!.id, kept!.spec.seeds, more]).toEqual(['u-ber-alles', [4], []])
  await again.calls.presetRemove(kept!.id)
  expect(await own(again)).toEqual([])
  expect(await readdir(join(home, 'presets'))).toEqual(['broken.json'])
})
