import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createThread, inThisThread, type Thread } from '../../src-main/lab/threads/thread'
import { builtProcesses } from './built'
import { verbs } from './thread-work'

const built = builtProcesses({ work: path.join(import.meta.dirname, 'thread-work.ts') })
type Work = Thread<typeof verbs>

function started(heap?: number): Work {
  const thread: Work = createThread({ script: built.entry('work'), heap })
  onTestFinished(() => thread.close())
  return thread
}

describe.each([
  ['in this thread', () => inThisThread(verbs)],
  ['in a thread of its own', () => started()],
])('%s', (_where, open: () => Work) => {
  test('verbs answer, tell how far they are, and fail with their own words', async () => {
    const thread = open()
    const told: number[] = []
    expect(await thread.ask('double', 21)).toBe(42)
    expect(await thread.ask('count', 3, { onProgress: ({ done }) => told.push(done) })).toBe(3)
    expect(told).toEqual([1, 2, 3])
    await expect(thread.ask('refuse', 'moon')).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no moon.',
    })
  })

  test('a verb that listens is stopped by its signal, others go on', async () => {
    const thread = open()
    const stop = new AbortController()
    const waiting = expect(thread.ask('wait', null, { signal: stop.signal })).rejects.toThrow('heard it')
    stop.abort()
    await waiting
    expect(await thread.ask('double', 4)).toBe(8)
  })
})

test('a verb that does not listen is ended with its thread; the next question starts another', async () => {
  const thread = started()
  const stop = new AbortController()
  const spinning = expect(thread.ask('spin', undefined, { signal: stop.signal })).rejects.toThrow('This was stopped.')
  stop.abort()
  await spinning
  expect(await thread.ask('double', 5)).toBe(10)
})

test('a signal that was aborted before stops the work too', async () => {
  await expect(started().ask('spin', undefined, { signal: AbortSignal.abort() })).rejects.toThrow('This was stopped.')
})

test('work that outruns its deadline is bad input, and takes along what else the thread was asked', async () => {
  const thread = started()
  const other = expect(thread.ask('wait', null)).rejects.toMatchObject({ code: 'bad-input' })
  await expect(thread.ask('spin', undefined, { deadline: 1500 })).rejects.toMatchObject({
    code: 'bad-input',
    message: 'This took longer than 2 s and was stopped.',
  })
  await other
  expect(await thread.ask('double', 6)).toBe(12)
})

test('work that outgrows the heap is bad input, and ends nothing but its thread', async () => {
  const thread = started(64)
  await expect(thread.ask('hoard', undefined)).rejects.toMatchObject({
    code: 'bad-input',
    message: 'This needed more than 64 MB of memory and was stopped.',
  })
  expect(await thread.ask('double', 7)).toBe(14)
})

test('closing ends what is at work at once', async () => {
  const thread = started()
  const spinning = expect(thread.ask('spin', undefined)).rejects.toThrow('This was stopped.')
  await thread.close()
  await spinning
})
