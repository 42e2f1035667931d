import { describe, expect, test } from 'vitest'
import type { Calls } from '../../src-preload/contract'
import type { Lab } from '../../src-main/lab'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

const methods = [{ method: 'naive' }, { method: 'confidence' }]
const TWO = { methods, seeds: [0, 1], sizes: { weak: 60, transfer: 60, validation: 20, test: 80 } }

/** Runs a spec to its end. */
async function ran(lab: Lab, changes: Record<string, unknown>) {
  const { runId } = await lab.calls.run(tinySpec({ ...TWO, ...changes }))
  const { arms } = await ended(lab, runId)
  return { runId, arms: arms.map((arm) => ({ runId, armId: arm.id })) }
}

describe('two arms', () => {
  test('of one run are compared as its contrasts are, and every count of the ledger has its examples', async () => {
    const lab = await openLab(engine())
    const { runId, arms } = await ran(lab, {})
    const [naive, confidence] = arms as [Pair, Pair]
    const found = await lab.calls.compare({ arm: confidence, against: naive, stop: 'last' })
    const { contrasts } = await lab.calls.result({ runId, stop: 'last' })
    const { student, pgr } = found.measures['accuracy']!
    expect({ student, pgr }).toEqual(contrasts[0]!.measures['accuracy'])
    expect(found).toMatchObject({ seeds: [0, 1], differ: ['method'], examples: 80, only: { arm: [], against: [] } })

    const ref = { ...confidence, seed: 1, stop: 'last' as const, against: naive }
    const all = { ...ref, cells: [], search: '', sort: 'index' as const, offset: 0, limit: 100 }
    const { moves } = found.ledger[1]!
    for (const [move, n] of Object.entries(moves) as [keyof typeof moves, number][]) {
      const { total, rows } = await lab.calls.examples({ ...all, moves: [move] })
      expect([move, total, rows.every((row) => row.against!.move === move)]).toEqual([move, n, true])
    }
    // Beside the student stands what the other arm's own page says of it.
    const { rows } = await lab.calls.examples(all)
    const others = await lab.calls.examples({ ...all, ...naive, against: undefined })
    expect(rows.map((row) => row.against!.student)).toEqual(others.rows.map((row) => row.student))
    expect(others.rows[0]).not.toHaveProperty('against')
    const [detail, other] = [
      await lab.calls.example({ ...ref, index: 3 }),
      await lab.calls.example({ ...ref, ...naive, against: undefined, index: 3 }),
    ]
    const { step, probability } = other.history
    expect(detail).toMatchObject({ ...rows[3], history: { against: { step, probability } } })
  })

  test('of two runs are compared where their test rows are the same, whatever artifact holds them', async () => {
    const lab = await openLab(engine())
    const one = await ran(lab, { redraw: 'order' })
    const other = await ran(lab, { name: 'Halves', redraw: 'halves', seeds: [1, 2] })
    const [arm, against] = [other.arms[1]!, one.arms[0]!]
    const found = await lab.calls.compare({ arm, against, stop: 'last' })
    expect(found).toMatchObject({ seeds: [1], only: { arm: [2], against: [0] }, examples: 80 })
    const ref = { ...arm, seed: 1, stop: 'last' as const, against }
    const { total } = await lab.calls.examples({
      ...{ ...ref, cells: [], search: '', sort: 'index', offset: 0, limit: 1 },
      moves: ['right-right'],
    })
    expect(total).toBe(found.ledger[0]!.moves['right-right'])
  })

  test('are refused with the reason where they do not compare', async () => {
    const lab = await openLab(engine())
    const one = await ran(lab, {})
    const refused = (query: Partial<Query>) =>
      expect(lab.calls.compare({ arm: one.arms[0]!, against: one.arms[1]!, stop: 'last', ...query })).rejects
    const smaller = await ran(lab, { name: 'Fewer', sizes: { ...TWO.sizes, test: 60 } })
    await refused({ against: smaller.arms[0]! }).toThrow(/other test rows, 80 and 60, of which \d+ are in both/)
    const task = await ran(lab, { name: 'Spam', tasks: ['spam'] })
    await refused({ against: task.arms[0]! }).toThrow(/of the task person-artifact, the other of spam/)
    const development = await ran(lab, { name: 'Development', measure: 'development' })
    await refused({ against: development.arms[0]! }).toThrow(/measured on test rows, the other on development rows/)
    const later = await ran(lab, { name: 'Other seeds', seeds: [5] })
    await refused({ against: later.arms[0]! }).toThrow(/no finished seed in common: .* seeds 0, 1, .* seeds 5/)
    await refused({ against: { ...one.arms[0]!, armId: 'nobody' } }).toThrow(/no arm "nobody"/)
  })
})

type Query = Parameters<Calls['compare']>[0]
type Pair = Query['arm']
