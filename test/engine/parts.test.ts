// A training on a part of its rows: what stands in the other rows makes no difference, what stands in its own does.
import path from 'node:path'
import { expect, it } from 'vitest'
import { artifactFolder, commitArtifact, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import { createRunner } from '../../src-main/engine/runner'
import { jsonFile } from '../../src-main/engine/stages/stage'
import { OPTIMISER } from '../../src-main/science/optimiser'
import { stageKey } from '../../src-main/science/plan/stage-key'
import { defaultsOf } from '../../src-main/science/spec/params'
import { rowsOf, type Stage, type TrainConfig } from '../../src-main/science/stages'
import type { Example, PreparedTask } from '../../src-main/science/tasks'
import { temporaryFolder } from '../store/temporary'

const ROWS = 24
const WORDS = ['river', 'stone', 'cloud', 'ember', 'maple']
const rows = (flipped: readonly number[] = []): Example[] =>
  Array.from({ length: ROWS }, (_, id) => ({
    id,
    text: `${WORDS[id % 5]!} ${WORDS[(id * 3) % 4]!}`,
    label: flipped.includes(id) ? 1 - (id % 2) : id % 2,
    group: `${id}`,
  }))
const part = { index: 1, of: 3 }

/** Updates of a ceiling on one of three parts of its rows, and the hash of its weights. */
async function trained(flipped: readonly number[]): Promise<{ steps: number; sha256: string }> {
  const artifacts = path.join(temporaryFolder(), 'artifacts')
  const data = 'd'.repeat(64)
  const task: PreparedTask = {
    form: { kind: 'classes', names: ['a', 'b'] },
    splits: { weak: rows(), transfer: rows(flipped), validation: rows().slice(0, 4), test: rows().slice(0, 4) },
  }
  const place = { backend: 'typescript', device: 'CPU', threads: 1, isa: null, reason: '' }
  const made = { task: 'made-up' } as unknown as Stage['config']
  const facts = {
    key: data,
    kind: 'data',
    config: made,
    needs: {},
    summary: {},
    finishedAt: 0,
    appVersion: '',
  } as const
  await commitArtifact(artifacts, { ...facts, ...place }, [jsonFile('examples.json', task)])
  const config: TrainConfig = {
    ...{ role: 'ceiling', model: { model: 'words', words: 5 }, trainOn: 'transfer', part, targets: 'truth' },
    ...{ loss: { loss: 'xent' }, optimiser: { ...defaultsOf(OPTIMISER), batch: 4, epochs: 3 }, evaluations: 2 },
    ...{ weights: 'keep', seed: 7, backend: 'wasm' },
  }
  const content = { kind: 'train', config, needs: { data } } as const
  const stage = { ...content, key: stageKey(content), title: 'ceiling' }
  const runner = createRunner(() => undefined, loadBackend)
  const needs = { data: artifactFolder(artifacts, data) }
  await runner.run({ stage, needs, artifacts, tasks: {}, models: {}, corpora: {} })
  const { files, summary } = await readManifest(artifactFolder(artifacts, stage.key))
  return { steps: summary['steps']!, sha256: files.find(({ name }) => name === 'weights.safetensors')!.sha256 }
}

it('learns from the rows of its part and from no other', async () => {
  const own = rowsOf(ROWS, { part, seed: 7 })
  const others = Array.from({ length: ROWS }, (_, i) => i).filter((row) => !own.includes(row))
  expect([own.length, others.length]).toEqual([8, 16])
  const plain = await trained([])
  // Three epochs of eight rows, four at a time.
  expect(plain.steps).toBe(6)
  expect(await trained(others)).toEqual(plain)
  for (const row of own.slice(0, 2)) expect((await trained([row])).sha256).not.toBe(plain.sha256)
})
