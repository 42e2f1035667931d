import { expect, test } from 'vitest'
import { addRun, addStages, blank, finish } from './blank'

const A100 = { uuid: 'GPU-1', name: 'A100' }
const T4 = { uuid: 'GPU-2', name: 'T4' }

test('an attempt is on the card that it was first said to be on, and forgotten with its stage', () => {
  const store = blank()
  addRun(store, 'run')
  const { weak } = addStages(store, 'run', { weak: [] })
  for (const card of [A100, T4]) store.cards.insert(weak!, 1, card)
  store.cards.insert(weak!, 2, T4)
  expect([1, 2, 3].map((attempt) => store.cards.of(weak!, attempt))).toEqual([A100, T4, undefined])
  store.runs.remove('run')
  store.stages.remove(weak!)
  expect(store.cards.of(weak!, 1)).toBeUndefined()
})

test('a run is told of the cards of the attempts that count; nothing of a stage on none', () => {
  const store = blank()
  addRun(store, 'run')
  addRun(store, 'other')
  const { weak, strong, plain } = addStages(store, 'run', { weak: [], strong: [], plain: [] })
  const { another } = addStages(store, 'other', { another: [] })
  finish(store, weak!)
  store.cards.insert(weak!, 1, A100)
  // Tried again since, elsewhere, and not done.
  store.stages.claim(weak!, 5)
  store.cards.insert(weak!, 2, T4)
  store.stages.claim(strong!, 6)
  store.cards.insert(strong!, 1, T4)
  store.stages.claim(plain!, 7)
  store.cards.insert(another!, 1, A100)
  const reading = { at: 1, seconds: 1, readings: { gpuPower: 50 } }
  for (const stage of [weak!, strong!, another!, plain!]) store.use.insert({ stage, attempt: 1 }, reading)
  store.use.insert({ stage: weak!, attempt: 2 }, reading)
  expect(store.use.ofRun('run').map(({ key, card }) => [key, card])).toEqual([
    ['weak', A100],
    ['strong', T4],
    ['plain', undefined],
  ])
})
