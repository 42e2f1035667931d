import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, event, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

test('seeds are planned by the nearest finished arm, and by nothing where there is none', async () => {
  const lab = await openLab(engine())
  const { calls } = lab
  const one = await calls.outlook(tinySpec())
  expect(one).toMatchObject([{ seeds: 1, past: null, halfWidth: null, next: null }])
  await expect(calls.outlook({ version: 1 })).rejects.toThrow('tasks')

  const { runId } = await calls.run(tinySpec({ seeds: [0, 1, 2] }))
  await ended(lab, runId)
  while ((await calls.runDetail(runId)).figures[0]!.metric === '') await event(lab, (e) => e.type === 'run')
  const bySeed = (await calls.result({ runId, stop: 'last' })).arms[0]!.measures['accuracy']!.bySeed
  const mean = (part: 'weak' | 'ceiling') => bySeed.reduce((sum, seed) => sum + seed[part], 0) / 3

  const [same] = await calls.outlook(tinySpec({ seeds: [0, 1, 2, 3] }))
  expect(same!.past).toMatchObject({ runId, run: 'Tiny', seeds: 3, alike: 'arm', metric: 'accuracy' })
  expect(same!.past!.gap).toBeCloseTo(mean('ceiling') - mean('weak'), 12)
  const method = { method: 'confidence' }
  const alike = async (change: Record<string, unknown>) => (await calls.outlook(tinySpec(change)))[0]!.past?.alike
  expect(await alike({ methods: [method] })).toBe('models')
  expect(await alike({ seeds: [7, 8] })).toBe('kinds')
  expect(await alike({ tasks: ['spam'] })).toBeUndefined()

  await calls.trash({ runs: [runId], trashed: true })
  expect(await alike({})).toBeUndefined()
})
