import { expect, test } from 'vitest'
import { createStopwatch } from '../../src-main/lab/threads/stopwatch'

test('a stopwatch counts what passes while it is not held, each time from nothing', () => {
  let now = 100
  const watch = createStopwatch(() => now)
  const after = (ms: number) => {
    now += ms
    return watch.read()
  }
  watch.start()
  expect(after(10)).toBe(10)
  watch.hold()
  watch.hold()
  expect(after(1000)).toBe(10)
  watch.go()
  watch.go()
  expect(after(5)).toBe(15)
  watch.start()
  expect(after(1)).toBe(1)
  watch.hold()
  watch.start() // a stage that begins while all is held has not worked yet
  expect(after(1000)).toBe(0)
  watch.go()
  expect(after(2)).toBe(2)
})
