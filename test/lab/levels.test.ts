import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const hasNumpy = spawnSync('python3', ['-I', '-c', 'import numpy']).status === 0

test(
  'levels and controls go from a spec to a bundle that gives their numbers again',
  { timeout: 240_000 },
  async () => {
    const lab = await openLab({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })
    const strong = [{ model: 'pretrained', checkpoint: 'pocket-s', tokens: 24 }]
    const sizes = { weak: 40, transfer: 40, validation: 20, test: 200 }
    const levels = { reference: true, probe: true, control: true, prompting: { shots: [0, 2] } }
    const { runId } = await lab.calls.run(
      tinySpec({ strong, sizes, ...levels, optimiser: { epochs: 1 }, seeds: [0, 1] }),
    )
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    const prompts = run.stages.filter(({ kind }) => kind === 'prompt')
    expect(prompts.map(({ title, role }) => [title, role])).toEqual([
      ['prompted · zero-shot · pocket-s', 'reference'],
      ['prompted · 2-shot, ground truth · pocket-s · seed 0', 'reference'],
      ['prompted · 2-shot, weak labels · pocket-s · seed 0', 'reference'],
      ['prompted · 2-shot, ground truth · pocket-s · seed 1', 'reference'],
      ['prompted · 2-shot, weak labels · pocket-s · seed 1', 'reference'],
    ])
    expect(run.stages.map(({ title }) => title)).toContain('reference · probe pocket-s, longest text 24 · seed 0')
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    const beside = arms.map(({ measures }) => Object.keys(measures['accuracy']!.references))
    const prompted = ['zero-shot', '2-shot, ground truth', '2-shot, weak labels']
    expect(beside).toEqual([['bag-of-words regression', 'untuned probe', ...prompted], ['bag-of-words regression']])
    for (const of of Object.values(arms[0]!.measures['logloss']!.references)) {
      expect(of).toMatchObject({ seeds: 2, examples: 200 })
      expect(of.low).toBeLessThan(of.value)
      expect(of.high).toBeGreaterThan(of.value)
    }
    const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
    expect(await examineBundle(bundle.path)).toMatchObject({
      problems: [],
      agreement: { arms: 2, seeds: 2, problems: [] },
    })
    if (!hasNumpy) return
    const script = join(import.meta.dirname, '../../scripts/recompute.py')
    const { status, stdout } = spawnSync('python3', ['-I', script, bundle.path], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^(\d+) of \1 numbers agree: 2 arms/)])
  },
)
