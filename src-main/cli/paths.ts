import { resolve } from 'node:path'
import { badArgument } from './errors'

/**
 * The whole path that an argument means.
 * @param argument its name, or the option
 * @throws LabError where it is empty: that would mean the current folder, which nobody asked for
 */
export function pathOf(argument: string, text: string, cwd: string): string {
  if (text.trim() === '') throw badArgument(argument, 'a path', 'nothing')
  return resolve(cwd, text)
}
