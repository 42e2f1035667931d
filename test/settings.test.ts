import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSettings } from '../src-main/settings'
import { temporaryFolder } from './store/temporary'

test('settings are kept one by one, and a file that is none stands for the usual ones', () => {
  const file = join(temporaryFolder(), 'settings.json')
  const usual = { theme: 'system', notify: true }
  expect(openSettings(file).value).toEqual(usual)
  const settings = openSettings(file)
  expect(settings.change({ theme: 'dark' })).toEqual({ theme: 'dark', notify: true })
  expect(settings.change({ notify: false })).toEqual({ theme: 'dark', notify: false })
  expect(settings.change({})).toBe(settings.value)
  expect(openSettings(file).value).toEqual({ theme: 'dark', notify: false })
  writeFileSync(file, '{ "theme": "pink", "notify": 1 }')
  expect(openSettings(file).value).toEqual(usual)
  writeFileSync(file, '{')
  expect(openSettings(file).value).toEqual(usual)
})

test('a disk that refuses them costs only that they are kept', () => {
  const folder = temporaryFolder()
  const settings = openSettings(join(folder, 'nowhere', 'settings.json'))
  expect(settings.change({ theme: 'light' })).toEqual({ theme: 'light', notify: true })
  expect(settings.value.theme).toBe('light')
  expect(() => readFileSync(join(folder, 'nowhere', 'settings.json'))).toThrow('ENOENT')
})
