import { expect, test } from 'vitest'
import type { Pause } from '../../src-preload/contract'
import { createPower } from '../../src-main/lab/queue/power'

function held(paused: Pause = 'off') {
  const queue = { paused, pause: (wanted: Pause) => void (queue.paused = wanted) }
  return { queue, power: createPower(queue) }
}

test.each(['off', 'after'] as const)('work rests while the machine does, and stands after as it stood: %s', (pause) => {
  const { queue, power } = held(pause)
  power.hold('sleep')
  expect([queue.paused, power.holding]).toEqual(['on', 'sleep'])
  power.release('sleep')
  expect([queue.paused, power.holding]).toEqual([pause, ''])
})

test('it rests until nothing wants rest any more', () => {
  const { queue, power } = held()
  power.hold('battery')
  power.hold('sleep')
  power.release('sleep')
  expect([queue.paused, power.holding]).toEqual(['on', 'battery'])
  power.release('battery')
  expect(queue.paused).toBe('off')
})

test('a pause of the user’s own is left alone', () => {
  const { queue, power } = held('on')
  power.hold('sleep')
  expect(power.holding).toBe('')
  power.release('sleep')
  expect(queue.paused).toBe('on')
})

test('who goes on all the same is not held again until rest is wanted anew, nor is a later pause of theirs ended', () => {
  const { queue, power } = held()
  const decide = (pause: Pause) => {
    power.yield()
    queue.pause(pause)
  }
  power.hold('battery')
  decide('off')
  power.hold('battery')
  expect(queue.paused).toBe('off')
  decide('on')
  power.release('battery')
  expect(queue.paused).toBe('on')
  decide('off')
  power.hold('battery')
  expect([queue.paused, power.holding]).toEqual(['on', 'battery'])
})

test('what wanted no rest is not let go on', () => {
  const { queue, power } = held('on')
  power.release('battery')
  expect(queue.paused).toBe('on')
})
