// What the texts of a training take of memory, held against those that the engine makes of bundled tasks.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Batch } from '../../src-main/engine/backends/learner'
import type { StageContext } from '../../src-main/engine/context'
import { inputOf } from '../../src-main/engine/stages/inputs'
import { inputBytes } from '../../src-main/lab/plan/inputs'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import { predictedSplits, roleOf, SPLITS, type DataConfig, type Sizes, type Stage } from '../../src-main/science/stages'
import { TASKS, type Example, type PreparedTask } from '../../src-main/science/tasks'
import { RESOURCES } from './built'

const SIZES: Sizes = { weak: 500, transfer: 500, validation: 100, test: 400 }

function planned(task: string, strong: object = { model: 'vectors' }) {
  const parsed = parseSpec({
    ...{ version: 1, name: 'Inputs', tasks: [task], weak: [{ model: 'words', words: 30 }], strong: [strong] },
    ...{ methods: [{ method: 'naive' }], seeds: [0], reference: true, sizes: SIZES },
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { form, title } = TASKS[task]!
  const source = { sha256: 'b'.repeat(64), title, classes: 2, ...(form && { form }) }
  const { stages } = planExperiment(parsed.spec, {
    ...{ sources: { [task]: source }, bundled: {}, backend: 'cpu', checkpoints: {} },
  })
  const data = stages.find(({ kind }) => kind === 'data')!.config as DataConfig
  const of = (role: string) => stages.find((stage) => roleOf(stage) === role) as Extract<Stage, { kind: 'train' }>
  return { data, of }
}

function prepared(task: string): PreparedTask {
  const bytes = gunzipSync(readFileSync(join(RESOURCES, 'tasks', `${task}.jsonl.gz`)))
  const lines = bytes.toString().trimEnd().split('\n')
  const rows = lines.map((line, id) => ({ text: '', ...(JSON.parse(line) as object), id, group: `${id}` }) as Example)
  const dealt = SPLITS.map((split, i) => {
    const from = SPLITS.slice(0, i).reduce((sum, before) => sum + SIZES[before], 0)
    return [split, rows.slice(from, from + SIZES[split])] as const
  })
  const form = TASKS[task]!.form ?? { kind: 'classes', names: ['no', 'yes'] }
  return { form, splits: Object.fromEntries(dealt) as PreparedTask['splits'] }
}

const bytesOf = (batch: Batch) => ('dense' in batch ? batch.dense.data : batch.tokens).byteLength

test.each(['spam', 'sotu', 'person-artifact', 'wordnet-isa', 'snippet-pairs'])(
  'a bag of words of %s is told to be about as large as it is',
  async (id) => {
    const { data, of } = planned(id)
    const task = prepared(id)
    const context = { log: () => undefined, breathe: () => Promise.resolve() } as unknown as StageContext
    const made = async ({ config }: Extract<Stage, { kind: 'train' }>) => {
      const { batches } = await inputOf({ config, task, splits: predictedSplits(config.role), context })
      return Object.values(batches).reduce((sum, batch) => sum + bytesOf(batch!), 0)
    }
    const told = inputBytes(of('reference'), data, undefined)
    expect(Math.abs(Math.log(told / (await made(of('reference')))))).toBeLessThan(Math.log(1.45))
    // Of few words that are asked for it is exact.
    expect(inputBytes(of('weak'), data, undefined)).toBe(await made(of('weak')))
  },
)

test('of word vectors their table counts, of hidden states these and what is made of them, of data nothing', () => {
  const { data, of } = planned('sotu')
  expect(inputBytes(of('ceiling'), data, undefined)).toBe(4 * 100 * (20_000 + 1000))
  const probe = { ...of('ceiling'), config: { ...of('ceiling').config, model: { model: 'probe', checkpoint: 'any' } } }
  const size = { parameters: 1e6, layers: 2, width: 384 }
  expect(inputBytes(probe, data, size)).toBe(2 * 4 * 384 * 1000)
  expect(inputBytes({ kind: 'data', key: 'k', title: 'data', config: data, needs: {} }, data, undefined)).toBe(0)
})
