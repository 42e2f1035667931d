import { readFileSync, writeFileSync } from 'node:fs'
import type { Calls, Settings } from '../src-preload/contract'
import { MOST_AT_ONCE, MOST_CARDS, USUAL_RESERVE } from './lab/options'

/** The settings of the app, kept in a file beside where the window stood. */
export interface KeptSettings {
  readonly value: Settings
  /** Changes what is named and keeps it; gives all of them. A disk that refuses it forgets the change at the end. */
  change(change: Parameters<Calls['settings']>[0]): Settings
}

const USUAL: Settings = {
  theme: 'system',
  notify: true,
  reserveBytes: USUAL_RESERVE.memoryBytes,
  reserveGpuBytes: USUAL_RESERVE.gpuBytes,
  atOnce: 1,
  atOnceByCard: [],
  windowGpu: true,
  pauseOnBattery: false,
  fallback: false,
}

const isTheme = (value: unknown): value is Settings['theme'] =>
  value === 'system' || value === 'light' || value === 'dark'
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'
const isBytes = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const isNumberOfLanes = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST_AT_ONCE

const areNumbersByCard = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= MOST_CARDS && value.every((count) => count === 0 || isNumberOfLanes(count))

/** What a file says, each setting by itself: one that is none of ours stands for the usual one. */
function read(file: string): Settings {
  let said: Record<string, unknown> = {}
  try {
    said = Object(JSON.parse(readFileSync(file, 'utf8'))) as Record<string, unknown>
  } catch {
    return USUAL
  }
  const told = <K extends keyof Settings>(name: K, is: (value: unknown) => value is Settings[K]): Settings[K] => {
    const value = said[name]
    return is(value) ? value : USUAL[name]
  }
  return {
    theme: told('theme', isTheme),
    notify: told('notify', isFlag),
    reserveBytes: told('reserveBytes', isBytes),
    reserveGpuBytes: told('reserveGpuBytes', isBytes),
    atOnce: told('atOnce', isNumberOfLanes),
    atOnceByCard: told('atOnceByCard', areNumbersByCard),
    windowGpu: told('windowGpu', isFlag),
    pauseOnBattery: told('pauseOnBattery', isFlag),
    fallback: told('fallback', isFlag),
  }
}

/** @param file a file that is not there, or cannot be read, stands for the usual settings */
export function openSettings(file: string): KeptSettings {
  let value = read(file)
  return {
    get value() {
      return value
    },
    change(change) {
      const next = { ...value }
      for (const [name, wanted] of Object.entries(change))
        if (wanted !== undefined) Object.assign(next, { [name]: wanted })
      if (JSON.stringify(next) === JSON.stringify(value)) return value
      value = next
      try {
        writeFileSync(file, JSON.stringify(value))
      } catch (error) {
        console.error(error)
      }
      return value
    },
  }
}
