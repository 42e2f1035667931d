// LP-FT from a spec to a verified bundle: a finetuning begins where the probe on its labels ended.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { PREDICTIONS, readPredictions } from '../../src-main/data/predictions'
import { artifactFolder, readArtifactFile, readManifest } from '../../src-main/engine/artifacts'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { nativeMissing } from '../engine/runtimes'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, openLab } from './tools'

const built = builtProcesses()
const student = (change: object) => ({
  ...{ model: 'pretrained', checkpoint: 'pocket-s', tokens: 24, head: 'probe' },
  ...{ optimiser: { epochs: 1, lr: 1e-3 }, ...change },
})
const SPEC = {
  version: 1,
  name: 'LP-FT',
  // Of classes, and of options.
  tasks: ['movie-snippets', 'snippet-pairs'],
  weak: [{ model: 'words', words: 30 }],
  strong: [student({}), student({ reading: 1 })],
  methods: [{ method: 'naive' }],
  sizes: { weak: 60, transfer: 120, validation: 30, test: 60 },
  evaluations: 2,
  weights: 'drop',
  redraw: 'order',
  seeds: [0, 1],
}

test(
  'finetunings say at first what their probes said at last, and go on from there',
  { timeout: 240_000 },
  async () => {
    const home = temporaryFolder()
    const lab = await openLab({
      home,
      backend: nativeMissing ? 'wasm' : 'cpu',
      spawnEngine: forkEngine(built.entry('engine')),
      ...{ analyst: built.entry('analyst'), librarian: built.entry('librarian') },
    })
    const { runId } = await lab.calls.run(SPEC)
    const run = await ended(lab, runId)
    expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    expect(arms).toHaveLength(4)

    const folderOf = (key: string) => artifactFolder(join(home, 'artifacts'), key)
    const said = async (key: string) =>
      readPredictions(
        await readArtifactFile(folderOf(key), PREDICTIONS),
        PREDICTIONS,
      )('test').answers.map(({ probabilities }) => [...probabilities])
    for (const { arm } of arms)
      for (const seed of arm.seeds)
        for (const key of [seed.student, seed.ceiling]) {
          const { needs } = (await readManifest(folderOf(key))) as { needs: { probe: string } }
          const [tuned, probe] = [await said(key), await said(needs.probe)]
          tuned[0]!.forEach((p, i) => expect(p).toBeCloseTo(probe.at(-1)![i]!, 5))
          // Not undecided, and another after the finetuning.
          expect(Math.max(...tuned[0]!.map((p) => Math.abs(p - 0.5)))).toBeGreaterThan(0.03)
          expect(tuned.at(-1)).not.toEqual(tuned[0])
        }
    const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
    expect(await examineBundle(bundle.path)).toMatchObject({
      problems: [],
      agreement: { arms: 4, seeds: 2, problems: [] },
    })
  },
)
