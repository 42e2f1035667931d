import { MOST_AT_ONCE } from '../lab/options'
import { show } from '../science/spec/problems'
import type { Flags, Option } from './context'
import { badArgument } from './errors'

/** The option of commands that compute several stages at a time, or tell of it. */
export const AT_ONCE: Option = {
  type: 'string',
  value: 'number',
  help: 'Stages that are computed at a time, each with its share of threads and memory (default: 1).',
}

/** @throws CommandError for anything but a number of lanes */
export function atOnceOf({ 'at-once': wanted = '1' }: Flags): number {
  const number = /^\d+$/.test(String(wanted)) ? Number(wanted) : 0
  if (number < 1 || number > MOST_AT_ONCE)
    throw badArgument('--at-once', `a whole number from 1 to ${MOST_AT_ONCE}`, show(wanted))
  return number
}
