import { expect, test } from 'vitest'
import { addRun, addStages, blank, finish } from './blank'

test('takes the stages of a run that was put first before those of a run that has begun', () => {
  const store = blank()
  for (const [at, run] of ['a', 'b', 'c'].entries()) {
    addRun(store, run, at + 1)
    addStages(store, run, { [`${run}1`]: [], [`${run}2`]: [] })
  }
  finish(store, store.stages.byKey('a1')!.id)
  store.runs.move('c', 'a')
  expect(store.runs.live()).toEqual(['c', 'a', 'b'])
  expect(store.stages.ready(1)[0]?.key).toBe('c1')
  store.runs.move('b', 'a')
  expect(store.runs.live()).toEqual(['c', 'b', 'a'])
  store.runs.move('c', null)
  expect(store.runs.live()).toEqual(['b', 'a', 'c'])
  expect(store.stages.ready(1)[0]?.key).toBe('b1')
})

test('a run that joins again stands behind all, and the order of the others is not touched by those that ended', () => {
  const store = blank()
  for (const run of ['a', 'b', 'c', 'd']) addRun(store, run, 1)
  store.runs.move('d', 'a')
  store.runs.end('a', 'cancelled', 2)
  store.runs.move('c', 'b')
  expect(store.runs.live()).toEqual(['d', 'c', 'b'])
  store.runs.reopen('a', 1)
  addRun(store, 'e', 0)
  expect(store.runs.live()).toEqual(['d', 'c', 'b', 'a', 'e'])
  for (const run of ['d', 'c']) store.runs.end(run, 'interrupted', 3)
  store.runs.reopen('c', 4)
  store.runs.reopen('d', 5)
  expect(store.runs.live()).toEqual(['d', 'c', 'b', 'a', 'e'])
})
