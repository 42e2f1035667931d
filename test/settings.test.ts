import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSettings } from '../src-main/settings'
import { temporaryFolder } from './store/temporary'

test('settings are kept one by one, and a file that is none stands for the usual ones', () => {
  const file = join(temporaryFolder(), 'settings.json')
  const usual = {
    ...{ theme: 'system', notify: true, reserveBytes: 1.5e9, reserveGpuBytes: 0.5e9 },
    ...{ atOnce: 1, atOnceByCard: [], windowGpu: true, pauseOnBattery: false, fallback: false },
  }
  expect(openSettings(file).value).toEqual(usual)
  const settings = openSettings(file)
  expect(settings.change({ theme: 'dark' })).toEqual({ ...usual, theme: 'dark' })
  expect(settings.change({ notify: false, reserveBytes: 4e9 })).toMatchObject({ theme: 'dark', notify: false })
  expect(settings.change({})).toBe(settings.value)
  expect(openSettings(file).value).toEqual({ ...usual, theme: 'dark', notify: false, reserveBytes: 4e9 })
  writeFileSync(
    file,
    '{ "theme": "pink", "notify": 1, "reserveBytes": -1, "reserveGpuBytes": "all", "atOnce": 17, "atOnceByCard": [1, 17], "windowGpu": null }',
  )
  expect(openSettings(file).value).toEqual(usual)
  // Of an earlier version, which knew fewer; what is sound among what is not stays.
  writeFileSync(file, '{ "theme": "dark", "pauseOnBattery": "yes" }')
  expect(openSettings(file).value).toEqual({ ...usual, theme: 'dark' })
  writeFileSync(file, '{')
  expect(openSettings(file).value).toEqual(usual)
})

test('a disk that refuses them costs only that they are kept', () => {
  const folder = temporaryFolder()
  const settings = openSettings(join(folder, 'nowhere', 'settings.json'))
  expect(settings.change({ theme: 'light' })).toMatchObject({ theme: 'light', notify: true })
  expect(settings.value.theme).toBe('light')
  expect(() => readFileSync(join(folder, 'nowhere', 'settings.json'))).toThrow('ENOENT')
})
