import { expect, test } from 'vitest'
import type { RunDetail, StageStatus } from '../../src-preload/contract'
import { costOf, placeOf, stood } from '../../src-main/cli/commands/show'

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
  const told = (change: object, expected: RunDetail['expected'] = null) =>
    costOf({ state: 'done', seconds: 90, use: { ...use, ...change }, expected })
  expect(told({})).toMatch(
    /, 2\S* GB on A100 \(GPU-ae3738d5\) and 1\S* GB on Tesla T4 \(GPU-0a1b2c3d\) of memory at most, /,
  )
  expect(told({})).toMatch(/, 4\.0 Wh by 2 GPUs over 2 min/)
  expect(told({ cards: cards.slice(0, 1) })).toMatch(/, 2\S* GB of memory at most, 4\.0 Wh by the GPU over/)
  expect(told({ wattHours: 1234 })).toContain(', 1,200 Wh by 2 GPUs')
  // What was expected is a card's memory; where that is not told, the machine's is held against nothing.
  const expected = { seconds: null, rough: false, memoryBytes: 3e9 }
  expect(told({}, expected)).toContain('of memory at most (expected 3.0 GB)')
  const untold = { peakGpuBytes: null, cards: [{ ...cards[0]!, peakGpuBytes: null }] }
  expect(told(untold, expected)).toContain(', 900.0 MB of memory at most, 4.0 Wh')
})

test('a stage is told with its device where its backend had several in the run', () => {
  const stage = (backend: string, device: string, ...cards: string[]) => {
    const use = { cards: cards.map((card) => ({ card, peakGpuBytes: null, wattHours: null, wattSeconds: 0 })) }
    return { backend, device, use } as unknown as StageStatus
  }
  const told = (...stages: StageStatus[]) => stages.map((one) => placeOf(one, { stages }))
  const [large, small] = ['RTX 4090 (compute 8.9, driver 550.54.14)', 'RTX 3060 (compute 8.6, driver 550.54.14)']
  const cpu = stage('cpu', 'CPU (AVX-512, 2 threads)')
  const other = stage('cpu', 'CPU (AVX-512, 1 thread)')
  expect(told(cpu, other, stage('cuda', large), stage('cuda', large))).toEqual(['cpu', 'cpu', 'cuda', 'cuda'])
  expect(told(cpu, stage('cuda', large), stage('cuda', small, 'RTX 3060 (GPU-ae3738d5)'), stage('', ''))).toEqual([
    'cpu',
    'cuda, RTX 4090',
    'cuda, RTX 3060 (GPU-ae3738d5)',
    '',
  ])
  // Of one name.
  expect(told(stage('cuda', large, 'RTX 4090 (GPU-1)'), stage('cuda', large, 'RTX 4090 (GPU-2)'))).toEqual([
    'cuda, RTX 4090 (GPU-1)',
    'cuda, RTX 4090 (GPU-2)',
  ])
})
