import { describe, expect, it } from 'vitest'
import { Clock } from '../../src-main/engine/clock'
import type { StageEvent } from '../../src-main/engine/context'

/** A clock on hands that are set, and what it told. */
function world() {
  const told: StageEvent[] = []
  const hands = { ms: 5000 }
  const context = { emit: (event: StageEvent) => void told.push(event), worked: () => hands.ms }
  const marks = () => told.flatMap((event) => (event.type === 'clock' ? [[event.step, event.seconds]] : []))
  return { context, hands, marks }
}

describe('the clock of a training', () => {
  it('begins with it, and is told of now and then and where it has to be', () => {
    const { context, hands, marks } = world()
    const clock = new Clock(context)
    clock.mark(0, true)
    for (let step = 1; step <= 100; step++) {
      hands.ms += 10
      clock.mark(step, step === 15)
    }
    expect(marks().slice(0, 4)).toEqual([
      [0, 0],
      [10, 0.1],
      [15, 0.15],
      [25, 0.25],
    ])
    expect(marks().length).toBeLessThan(15)
  })
  it('is told of less often the longer it runs', () => {
    const { context, hands, marks } = world()
    const clock = new Clock(context)
    for (let step = 0; step < 100_000; step++) {
      hands.ms += 1000
      clock.mark(step, false)
    }
    expect(marks().length).toBeLessThan(7000)
  })
  it('goes on from where it was kept, telling all of it again, and leaves out what was lost', () => {
    const first = world()
    const clock = new Clock(first.context)
    clock.mark(0, true)
    first.hands.ms += 700
    clock.mark(7, true)
    first.hands.ms += 300
    const kept = clock.standing()!
    expect(kept).toEqual({
      seconds: 1,
      marks: [
        { step: 0, seconds: 0 },
        { step: 7, seconds: 0.7 },
      ],
    })
    const second = world()
    const next = new Clock(second.context, kept)
    next.mark(7, true)
    second.hands.ms += 500
    next.mark(8, true)
    expect(second.marks()).toEqual([
      [0, 0],
      [7, 0.7],
      [8, 1.5],
    ])
  })
  it('is none of a training whose beginning was not timed', () => {
    const { context, hands, marks } = world()
    const clock = new Clock(context, null)
    hands.ms += 900
    clock.mark(3, true)
    expect([marks(), clock.standing()]).toEqual([[], null])
  })
})
