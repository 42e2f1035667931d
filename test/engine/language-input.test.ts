import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadPretrained, type PretrainedModel } from '../../src-main/data/checkpoints/open'
import { checkpointInput } from '../../src-main/engine/stages/inputs/checkpoint'
import type { InputRequest } from '../../src-main/engine/stages/inputs/input'
import type { TokenBatch } from '../../src-main/engine/backends/learner'
import type { StageContext } from '../../src-main/engine/context'
import { MODELS } from '../../src-main/science/models'
import type { CheckpointModel } from '../../src-main/science/models/model'
import { OPTIMISER } from '../../src-main/science/optimiser'
import { defaultsOf } from '../../src-main/science/spec/params'
import type { TrainConfig } from '../../src-main/science/stages'
import type { Example, PreparedTask } from '../../src-main/science/tasks'
import { golden } from '../data/checkpoints/golden'
import { saveWriter } from './writers'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'w2s-language-'))
  await saveWriter(path.join(folder, 'chars'), { width: 16 })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Row = readonly [text: string, target: string]
const rowsOf = (rows: readonly Row[]): Example[] =>
  rows.map(([text, label], id) => ({ id, text, label, group: `row ${id}` }))
const taskOf = (rows: readonly Row[]): PreparedTask => {
  const all = rowsOf(rows)
  return { form: { kind: 'text' }, splits: { weak: all, transfer: all, validation: all, test: all } }
}

/** What a model sees of a task, and what the log said. */
async function inputFor(place: string, rows: readonly Row[], params: object = {}) {
  const log: string[] = []
  const model = { model: 'pretrained', checkpoint: 'it', tokens: 32, tune: 'all', head: 'zero', precision: 'fp32' }
  const config: TrainConfig = {
    ...{ role: 'weak', model: { ...model, ...params }, checkpoint: 'key', trainOn: 'weak', targets: 'truth' },
    ...{ loss: { loss: 'xent' }, optimiser: defaultsOf(OPTIMISER), evaluations: 2, weights: 'drop', seed: 0 },
    backend: 'wasm',
  }
  const context: Partial<StageContext> = {
    job: { needs: {} } as StageContext['job'],
    model: () => place,
    breathe: () => Promise.resolve(),
    log: (level, text) => log.push(`${level}: ${text}`),
  }
  const request: InputRequest = {
    ...{ config, task: taskOf(rows), splits: ['weak', 'test'] },
    context: context as StageContext,
  }
  const input = await checkpointInput(request, MODELS['pretrained'] as CheckpointModel)
  return { input, log }
}
const places = { 'byte pairs': () => golden('tiny-gpt2'), characters: () => path.join(folder, 'chars') }
const listsOf = ({ n, tokens, offsets }: TokenBatch) =>
  Array.from({ length: n }, (_, i) => [...tokens.subarray(offsets[i], offsets[i + 1])])

describe.each(['byte pairs', 'characters'] as const)('a task of texts, cut into %s', (name) => {
  // The third pair is one word, whose halves a byte-pair tokenizer would join.
  const ROWS: Row[] = [
    ['1. e4 e5', ' nf3'],
    ['the kind of', ' a'],
    ['t', 'he kind'],
  ]
  let model: PretrainedModel
  beforeAll(async () => {
    model = await loadPretrained(places[name]())
  })

  test('is taught as it is asked: the prompt’s own tokens first, then the target’s, then the end', async () => {
    const { input, log } = await inputFor(places[name](), ROWS)
    expect(input.net).toEqual(model.spec)
    const asked = listsOf(input.batches.test as TokenBatch)
    const targets = ROWS.map(([, target]) => target)
    const lesson = input.writing!(input.batches.weak!, targets)
    const taught = listsOf(lesson.batch)
    const { tokenizer } = model
    ROWS.forEach(([text, target], i) => {
      expect(asked[i]).toEqual(tokenizer.begin(text))
      const from = lesson.batch.from[i]!
      expect(taught[i]!.slice(0, from)).toEqual(asked[i])
      const written = taught[i]!.slice(from)
      // Greedy generation gives such tokens or none: what it wrote, it says as the target.
      expect(written.at(-1)).toBe(lesson.stop)
      expect(lesson.stop).toBe(tokenizer.end)
      expect(lesson.textOf(written.slice(0, -1))).toBe(target)
    })
    expect(lesson.most).toBe(Math.max(...ROWS.map(([, target]) => tokenizer.goOn(target).length)) + 1)
    expect(log).toEqual([])
  })

  test('leaves room for the longest right answer, cutting prompts at their start', async () => {
    const rows: Row[] = [
      ['one two three four five six seven eight', ' nine'],
      ['a', ' b'],
    ]
    const { input, log } = await inputFor(places[name](), rows, { tokens: 16 })
    const { most } = input.writing!(input.batches.weak!, [' nine', ' b'])
    const [long, short] = listsOf(input.batches.test as TokenBatch)
    expect(long).toEqual(model.tokenizer.begin(rows[0]![0]).slice(most - 16))
    expect(short).toEqual(model.tokenizer.begin('a'))
    expect(log).toHaveLength(2)
    expect(log[0]).toContain(
      `info: 1 of 2 texts of the weak split fill all ${16 - most} tokens; longer ones are cut at their start`,
    )
  })

  test('teaches of a supervisor’s text that is longer than may be written what may be', async () => {
    const { input } = await inputFor(places[name](), ROWS)
    const lesson = input.writing!(input.batches.weak!, [' a kind of a kind of a kind', '', ' a'])
    const [long, empty] = listsOf(lesson.batch).map((list, i) => list.slice(lesson.batch.from[i]))
    expect(long).toEqual(model.tokenizer.goOn(' a kind of a kind of a kind').slice(0, lesson.most))
    expect(empty).toEqual([lesson.stop])
  })
})

describe('a task of texts is refused by name', () => {
  test.each([
    ['without a language head', () => golden('tiny-bert'), [['a', ' b']], {}, 'it: expected a language head'],
    [
      'with targets that leave no room for a prompt',
      () => golden('tiny-gpt2'),
      [['a', ' one two three four']],
      { tokens: 8 },
      'it: expected texts of less than 8 tokens to be written, got one of',
    ],
    [
      'by a tokenizer that writes none of it as it is',
      () => path.join(folder, 'chars'),
      [['a', ' É']],
      {},
      'it: expected a tokenizer that gives texts back as they are, got one by which " É" becomes " "',
    ],
    ['with nothing to go on from', () => golden('tiny-gpt2'), [['', 'a']], {}, 'weak: expected texts to go on with'],
  ] as [string, () => string, Row[], object, string][])('%s', async (_, place, rows, params, message) => {
    await expect(inputFor(place(), rows, params)).rejects.toThrow(message)
  })

  test('and warned of where some right answers cannot be written', async () => {
    const { log } = await inputFor(path.join(folder, 'chars'), [
      ['a', ' b'],
      ['c', ' É'],
    ])
    expect(log).toEqual([
      expect.stringMatching(/^warn: 4 of 8 right answers cannot be written exactly by this tokenizer/),
    ])
  })
})
