import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { readLabels } from '../../src-main/data/labels'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { LABELS } from '../../src-main/science/labels'
import { unzip } from '../bundle/fixture'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const hasNumpy = spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0

test('every rule goes from a spec to a bundle that gives its numbers again', { timeout: 240_000 }, async () => {
  const lab = await openLab({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
  const students = new Set<string>()
  for (const labels of Object.keys(LABELS)) {
    // Rows enough for intervals to be held against other random numbers.
    const sizes = { weak: 40, transfer: 40, validation: 20, test: 200 }
    const { runId } = await lab.calls.run(tinySpec({ labels, sizes, seeds: [0, 1] }))
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
    expect(await examineBundle(bundle.path)).toMatchObject({
      problems: [],
      agreement: { arms: 1, seeds: 2, problems: [] },
    })
    if (hasNumpy) {
      const script = join(import.meta.dirname, '../../scripts/recompute.py')
      const { status, stdout } = spawnSync('python3', ['-I', script, bundle.path], { encoding: 'utf8' })
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^(\d+) of \1 numbers agree: 1 arms/)])
    }
    const { key } = run.stages.find(({ kind }) => kind === 'label')!
    const { weights } = readLabels((await unzip(bundle.path)).get(`labels/${key}.safetensors`)!, labels)('transfer')
    // Of 40 examples at least a fifth, at most one more of each class.
    if (labels === 'confident') expect([8, 9]).toContain(weights!.filter((w) => w > 0).length)
    else expect(weights).toBeUndefined()
    students.add(run.stages.find(({ role }) => role === 'student')!.key)
  }
  expect(students.size).toBe(Object.keys(LABELS).length)
})
