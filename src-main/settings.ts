import { readFileSync, writeFileSync } from 'node:fs'
import type { Calls, Settings } from '../src-preload/contract'

/** The settings of the app, kept in a file beside where the window stood. */
export interface KeptSettings {
  readonly value: Settings
  /** Changes what is named and keeps it; gives all of them. A disk that refuses it forgets the change at the end. */
  change(change: Parameters<Calls['settings']>[0]): Settings
}

const USUAL: Settings = { theme: 'system', notify: true }

function read(file: string): Settings {
  try {
    const { theme, notify } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return {
      theme: theme === 'light' || theme === 'dark' ? theme : USUAL.theme,
      notify: typeof notify === 'boolean' ? notify : USUAL.notify,
    }
  } catch {
    return USUAL
  }
}

/** @param file a file that is not there, or cannot be read, stands for the usual settings */
export function openSettings(file: string): KeptSettings {
  let value = read(file)
  return {
    get value() {
      return value
    },
    change({ theme = value.theme, notify = value.notify }) {
      if (theme === value.theme && notify === value.notify) return value
      value = { theme, notify }
      try {
        writeFileSync(file, JSON.stringify(value))
      } catch (error) {
        console.error(error)
      }
      return value
    },
  }
}
