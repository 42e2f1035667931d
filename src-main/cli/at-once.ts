import { MOST_AT_ONCE, MOST_CARDS, type LabOptions } from '../lab/options'
import { show } from '../science/spec/problems'
import type { Flags, Option } from './context'
import { badArgument } from './errors'

/** The option of commands that compute several stages at a time, or tell of it. */
export const AT_ONCE: Option = {
  type: 'string',
  value: 'number',
  help: 'Stages that are computed at a time, each with its share of threads and memory (default: 1).',
}

/** The same where there are several cards. */
export const ON_CARDS: Option = {
  type: 'string',
  value: 'numbers',
  help: 'The same on each of several NVIDIA cards, in the driver’s order: 2,1; 0 leaves one alone (default: as --at-once, which is then for what computes on none).',
}

const numberIn = (text: string) => (/^\d+$/.test(text) ? Number(text) : -1)

/** @throws CommandError for anything but numbers of lanes, all of them 0 too */
function onCardsOf({ 'on-cards': wanted }: Flags): number[] {
  const numbers = wanted === undefined ? [] : String(wanted).split(',').map(numberIn)
  const allowed = numbers.every((number) => number >= 0 && number <= MOST_AT_ONCE) && numbers.length <= MOST_CARDS
  if (!allowed || (numbers.length > 0 && Math.max(...numbers) === 0))
    throw badArgument('--on-cards', `numbers from 0 to ${MOST_AT_ONCE} with commas, not all 0`, show(wanted))
  return numbers
}

/** @throws CommandError for anything but a number of lanes */
function atOnceOf({ 'at-once': wanted = '1' }: Flags): number {
  const number = numberIn(String(wanted))
  if (number < 1 || number > MOST_AT_ONCE)
    throw badArgument('--at-once', `a whole number from 1 to ${MOST_AT_ONCE}`, show(wanted))
  return number
}

/** That stages were to be put on cards which none can be put on, in a sentence; '' where there are no such. */
export function missingCardsText(flags: Flags, usable: readonly { number: number }[]): string {
  const wanted = onCardsOf(flags).flatMap((count, i) => (count > 0 ? [i + 1] : []))
  const missing = wanted.filter((each) => !usable.some(({ number }) => number === each))
  if (missing.length === 0) return ''
  const [which, does] = missing.length === 1 ? ['card', 'does'] : ['cards', 'do']
  return `--on-cards: ${which} ${missing.join(', ')} ${does} not compute here; \`w2s doctor\` says what there is.`
}

/** How many stages are computed at a time, and where. @throws CommandError for what is no such number */
export function lanesOf(flags: Flags): Required<Pick<LabOptions, 'atOnce' | 'atOnceByCard'>> {
  const [atOnce, byCard] = [atOnceOf(flags), onCardsOf(flags)]
  return { atOnce: () => atOnce, atOnceByCard: () => byCard }
}
