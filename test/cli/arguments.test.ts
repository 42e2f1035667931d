import { describe, expect, it } from 'vitest'
import { parseCommandLine } from '../../src-main/cli/arguments'
import { AT_ONCE, lanesOf, ON_CARDS } from '../../src-main/cli/at-once'
import type { Command } from '../../src-main/cli/context'

const plan: Command = {
  ...{ name: 'plan', usage: '<spec>', summary: '', arity: [0, 1] },
  options: { 'at-once': AT_ONCE, 'on-cards': ON_CARDS },
  run: () => Promise.resolve(0),
}
const parsed = (...args: string[]) => parseCommandLine(['plan', ...args], { plan })

describe('the value of an option', () => {
  it.each<[string[], string]>([
    [['--at-once', '-1'], '--at-once: expected a whole number from 1 to 16, got "-1"'],
    [['--on-cards', '-1', 'spec'], '--on-cards: expected numbers from 0 to 16 with commas, not all 0, got "-1"'],
    [['--at-once', '-x'], '--at-once: expected <number>, got "-x"'],
    [['--at-once', '--json'], '--at-once: expected <number>, got nothing'],
    [['--at-once'], '--at-once: expected <number>, got nothing'],
  ])('that cannot be is told as it was given: %j', (args, told) => {
    expect(() => lanesOf(parsed(...args).flags)).toThrow(told)
  })

  it('that is negative leaves what follows as it is', () => {
    expect(parsed('--at-once', '-1', 'spec')).toMatchObject({ args: ['spec'], flags: { 'at-once': '-1' } })
  })

  it('is no negative number that follows none', () => {
    expect(() => parsed('-1')).toThrow(/^w2s plan: expected one of .*, got "-1"$/)
  })
})
