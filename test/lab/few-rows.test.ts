import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const scripts = join(import.meta.dirname, '../../scripts')
const hasNumpy = spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0

describe.skipIf(!hasNumpy)('a bundle of twenty test rows', () => {
  test('is computed again, though some resamples have no weak error', { timeout: 120_000 }, async () => {
    const lab = await openLab({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
    const strong = [{ model: 'pretrained', checkpoint: 'pocket-s', tokens: 16, tune: 'last', blocks: 1 }]
    const sizes = { weak: 20, transfer: 20, validation: 20, test: 20 }
    const optimiser = { epochs: 1, batch: 10 }
    const weak = [{ model: 'words', words: 20 }]
    const { runId } = await lab.calls.run(tinySpec({ weak, strong, sizes, optimiser, evaluations: 2 }))
    expect(await ended(lab, runId)).toMatchObject({ state: 'done' })
    const { path } = (await lab.calls.exportBundle({ runId, path: '' }))!
    expect(await examineBundle(path)).toMatchObject({ problems: [], agreement: { problems: [] } })
    const { status, stdout, stderr } = spawnSync('python3', ['-I', join(scripts, 'recompute.py'), path], {
      encoding: 'utf8',
    })
    expect([status, stdout, stderr]).toEqual([0, expect.stringMatching(/^(\d+) of \1 numbers agree: 1 arms/), ''])
  })

  test('may end anywhere between two lumps of its resamples, and nowhere else', () => {
    const check = `
import numpy as np, recompute
smooth = np.linspace(-1, 1, 5001)
recompute.ends('smooth', {'low': -0.95, 'high': 1.15}, smooth)
lumps = np.r_[np.linspace(0, 0.3, 4885), np.linspace(0.4, 0.5, 116)]
recompute.ends('lumps', {'low': 0.0077, 'high': 0.398}, lumps)
recompute.ends('beyond', {'low': 0.0077, 'high': 0.48}, lumps)
print(*[line.split(':')[0] for line in recompute.wrong], sep=';')`
    const { stdout } = spawnSync('python3', ['-c', check], { cwd: scripts, encoding: 'utf8' })
    expect(stdout).toBe('smooth, high end;beyond, high end\n')
  })
})
