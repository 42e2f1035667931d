import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { PlannedStage, RoomNow, StageRoom, Together, Trial } from '../../src-preload/contract'
import { mismatches, readTables } from './documents'
import { buildCommandLine } from './w2s'

const SPEC = {
  ...{ version: 1, name: 'Small', tasks: ['sotu'], weak: [{ model: 'words', words: 30 }] },
  ...{ strong: [{ model: 'vectors', hidden: 8 }], methods: [{ method: 'naive' }], seeds: [0] },
}

it('a plan says what a run would take, against what is free', { timeout: 120_000 }, async () => {
  const w2s = await buildCommandLine()
  try {
    await mkdir(join(w2s.home, 'lab'))
    const file = join(w2s.home, 'plan.json')
    await writeFile(file, JSON.stringify(SPEC))
    const { code, document } = await w2s.run('plan', file, '--json')
    expect(code).toBe(0)
    expect(mismatches(readTables(), 'plan', document)).toEqual([])
    const { needs, room, stages } = document as { needs: StageRoom[]; room: RoomNow; stages: PlannedStage[] }
    for (const { weights, gradients, moments, activations, inputs, process, total, seen } of needs) {
      expect(weights + gradients + moments + activations + inputs + process).toBeCloseTo(total, 0)
      expect(seen).toBe(false)
    }
    const totals = needs.map(({ total }) => total)
    expect(totals).toEqual(totals.toSorted((a, b) => b - a))
    expect(room.availableBytes).toBe(room.freeBytes! - room.reserveBytes)
    const { stdout } = await w2s.run('plan', file)
    // No machine that this runs on has so many.
    const { document: onNone } = await w2s.run('plan', file, '--on-cards', '0,0,0,0,0,0,0,1', '--json')
    expect((onNone as { warnings: string[] }).warnings.at(-1)).toMatch(/^--on-cards: card 8 does not compute here; /)
    expect(stdout).toContain(`${stages.length} stages: `)
    expect(stdout).toMatch(/It fits now: \d+\.\d MB at most, and this machine has/)
    const measured = await w2s.run('plan', file, '--measure', '--at-once', '2', '--json')
    expect(measured.code).toBe(0)
    expect(mismatches(readTables(), 'plan', measured.document)).toEqual([])
    const told = measured.document as { trials: Trial[]; rough: boolean; together: Together }
    expect(told.trials.length).toBeGreaterThan(0)
    expect(told.rough).toBe(false)
    expect(told.together.stages).toBe(2)
    expect((await w2s.run('list', '--json')).document).toMatchObject({ runs: [] })
    // What a run did is known.
    expect((await w2s.run('run', file, '--no-export')).code).toBe(0)
    await writeFile(file, JSON.stringify({ ...SPEC, seeds: [1] }))
    const again = await w2s.run('plan', file, '--measure')
    expect(again.stdout).toMatch(/^Nothing was measured: the like of all that is to be done was done here before\.$/m)
  } finally {
    await w2s.remove()
  }
})
