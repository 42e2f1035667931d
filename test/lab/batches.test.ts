import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { alphaAt } from '../../src-main/science/losses/alpha'
import { builtProcesses } from './built'
import { ended, event, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
const confidence = { method: 'confidence', alphaMax: 0.8, warmup: 0.4 }
const spec = (changes: Record<string, unknown> = {}) =>
  tinySpec({ methods: [{ method: 'naive' }, confidence], ...changes })

test('a batch that was trained on is mixed by the loss itself, and none is made up', async () => {
  const lab = await openLab(engine())
  const { calls } = lab
  const mixed = (progress: number, of: unknown = spec()) => calls.batchMix({ spec: of, method: 1, progress })
  expect(await mixed(1)).toEqual({ found: false })
  await expect(calls.batchMix({ spec: spec(), method: 7, progress: 1 })).rejects.toThrow('no method 8')
  const { runId } = await calls.run(spec())
  await ended(lab, runId)
  while ((await calls.runDetail(runId)).figures.some(({ metric }) => metric === ''))
    await event(lab, (e) => e.type === 'run')

  const batch = await mixed(0.1)
  if (!batch.found) throw new Error('expected a batch')
  // 40 rows in batches of 10, once: the last update is the fourth.
  expect(batch).toMatchObject({ runId, run: 'Tiny', seed: 0, alike: 'arm', step: 4, size: 10 })
  expect(batch.alpha).toBeCloseTo(alphaAt(0.1, { alphaMax: 0.8, warmup: 0.4, schedule: 'linear' }), 12)
  expect(batch.rows).toHaveLength(10)
  const threshold = batch.threshold!
  for (const { weak, student, own, target } of batch.rows) {
    expect(own).toBe(student[0]! >= threshold - 1e-6 ? 0 : 1)
    for (const c of [0, 1])
      expect(target[c]).toBeCloseTo((1 - batch.alpha) * weak[c]! + batch.alpha * Number(own === c), 6)
  }
  const late = await mixed(1)
  if (!late.found) throw new Error('expected a batch')
  expect(late.alpha).toBe(0.8)
  expect(late.rows.map(({ text }) => text)).toEqual(batch.rows.map(({ text }) => text))

  // Other settings of the method are another loss over what is known.
  const other = spec({ methods: [{ method: 'naive' }, { ...confidence, alphaMax: 0.2 }] })
  expect(await mixed(1, other)).toMatchObject({ found: true, alike: 'models', alpha: 0.2 })
  expect(await mixed(1, spec({ tasks: ['spam'] }))).toEqual({ found: false })
  await expect(calls.batchMix({ spec: spec(), method: 0, progress: 1 })).rejects.toThrow('mixes no labels')
})
