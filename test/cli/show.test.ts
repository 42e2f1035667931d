import { expect, test } from 'vitest'
import { costOf, stood } from '../../src-main/cli/commands/show'

test('a stage that the run found done and that was set aside since is to be made again', () => {
  expect(stood({ cached: true, state: 'done' })).toBe('done before')
  expect(stood({ cached: true, state: 'waiting' })).toBe('to be made again')
  expect(stood({ cached: true, state: 'interrupted' })).toBe('to be made again')
  expect(stood({ cached: true, state: 'running' })).toBe('running')
  expect(stood({ cached: false, state: 'interrupted' })).toBe('interrupted')
})

test('what a run took over two cards is told card by card, its energy in one', () => {
  const of = (card: string, peakGpuBytes: number) => ({ card, peakGpuBytes, wattHours: 2, wattSeconds: 60 })
  const cards = [of('A100 (GPU-ae3738d5)', 2e9), of('Tesla T4 (GPU-0a1b2c3d)', 1e9)]
  const use = { peakBytes: 9e8, peakGpuBytes: 2e9, wattHours: 4, wattSeconds: 120, cards }
  const told = (change: object) => costOf({ state: 'done', seconds: 90, use: { ...use, ...change }, expected: null })
  expect(told({})).toMatch(
    /, 2\S* GB on A100 \(GPU-ae3738d5\) and 1\S* GB on Tesla T4 \(GPU-0a1b2c3d\) of memory at most, /,
  )
  expect(told({})).toMatch(/, 4\.0 Wh by 2 GPUs over 2 min/)
  expect(told({ cards: cards.slice(0, 1) })).toMatch(/, 2\S* GB of memory at most, 4\.0 Wh by the GPU over/)
})
