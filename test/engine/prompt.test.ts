// Held against transformers: prompts and scores of test/golden/models/prompts.json, which prompts.py wrote out and made.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { writeLabels } from '../../src-main/data/labels'
import { createModels } from '../../src-main/data/models'
import { readPredictions } from '../../src-main/data/predictions'
import { loadBackend } from '../../src-main/engine/backends'
import type { StageContext } from '../../src-main/engine/context'
import { tallying } from '../../src-main/engine/tally'
import { tokensOf } from '../../src-main/lab/plan/estimates'
import { prompt } from '../../src-main/engine/stages/prompt'
import type { StageOf } from '../../src-main/engine/stages/stage'
import { distribution, oneHot } from '../../src-main/science/answers'
import { eachSplit } from '../../src-main/science/labels'
import { softmax } from '../../src-main/science/maths/matrix'
import { instructionOf } from '../../src-main/science/prompts'
import { KINDS, type PromptConfig } from '../../src-main/science/stages'
import { TASKS, type Example, type PreparedTask } from '../../src-main/science/tasks'
import { readGolden } from '../data/checkpoints/golden'
import { nativeMissing } from './runtimes'

const reference = readGolden('prompts.json') as {
  texts: string[]
  answers: string[]
  scores: Record<string, Record<string, [number, number][]>>
}
const backend = nativeMissing ? 'wasm' : 'cpu'
const pocket = path.resolve(import.meta.dirname, '../../resources/models/pocket-m')

const example = (text: string, label: number, id: number): Example => ({ id, text, label, group: `row ${id}` })
const FILM = example('The director’s first picture is slow, and too long by half.', 1, 0)
const RICE = example('Boil the rice for 12 minutes, then add salt.', 0, 1)
const taskOf = (transfer: Example[], texts = reference.texts): PreparedTask => ({
  form: { kind: 'classes', names: ['other', 'review'] },
  splits: { weak: [], transfer, validation: [], test: texts.map((text, i) => example(text, 1, 10 + i)) },
})

const CONFIG: PromptConfig = {
  ...{ checkpoint: 'model', tokens: 64, shots: 0, seed: null, backend, answers: ['other matters', 'film'] },
  instruction: 'Is this a review of a film? Respond with "other matters" or "film".',
  template: '{text}\nAnswer: {answer}',
}
/** Puts the film before the rice, as the prompts do that are written out. */
const TWO = { shots: 2, seed: 1 }

/** What the stage says of every test row, all that it logs, and how many tokens its model reads. @param weak label of every transfer row */
async function ask(
  place: string,
  task: PreparedTask,
  change: { [K in keyof PromptConfig]?: PromptConfig[K] | undefined } = {},
  weak?: number[],
) {
  const log: string[] = []
  const sets = eachSplit((split) => ({
    targets: oneHot(split === 'transfer' ? (weak ?? []) : task.splits[split].map(() => 0), 2),
  }))
  const context = {
    job: { needs: {} } as StageContext['job'],
    need: (role: string) => Promise.resolve(role === 'labels' ? writeLabels(sets) : Buffer.from(JSON.stringify(task))),
    needFolder: () => Promise.reject(new Error('no folder is wanted')),
    model: () => place,
    log: (level: string, text: string) => void log.push(`${level}: ${text}`),
    breathe: () => Promise.resolve(),
    emit: () => undefined,
    scratch: () => '',
    worked: () => 0,
  } satisfies StageContext
  const stage = {
    kind: 'prompt',
    title: 'prompted',
    config: { ...CONFIG, ...change },
    needs: weak ? { labels: 'l' } : {},
  }
  const { backend: counting, done } = tallying(await loadBackend(backend))
  const { files, summary } = await prompt(stage as StageOf<'prompt'>, context, counting)
  const { bytes } = files[0] as { bytes: Uint8Array }
  const { steps, answers } = readPredictions(bytes, 'predictions.safetensors')('test')
  expect([steps, answers.length]).toEqual([[0], 1])
  return { said: task.splits.test.map((_, i) => distribution(answers[0]!, i)), log, summary, tokens: done().tokens }
}

const { W2S_CACHE, XDG_CACHE_HOME, W2S_TEST_MODELS } = process.env
const cache = W2S_CACHE || path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'weak-to-strong-lab')
const models = createModels({ cache })
const isHere = new Set((await models.list()).filter(({ here }) => here).map(({ id }) => id))

describe.each([
  ['pocket-m', () => Promise.resolve(pocket)],
  ['smollm2-135m-instruct', async () => (await models.get('smollm2-135m-instruct')).path],
])('prompting %s (skipped where it is not in the cache; W2S_TEST_MODELS=get gets it)', (id, place) => {
  const here = id === 'pocket-m' || isHere.has(id) || W2S_TEST_MODELS === 'get'
  it.skipIf(!here).each([
    ['zero-shot', {}],
    ['2-shot', TWO],
  ])('holds every answer as likely as transformers does, %s', { timeout: 600_000 }, async (name, change) => {
    const { said, summary, log } = await ask(await place(), taskOf([FILM, RICE]), change)
    const scores = reference.scores[id]![name]!
    const expected = softmax({ rows: scores.length, cols: 2, data: Float32Array.from(scores.flat()) })
    for (const [i, [no, yes]] of said.entries()) {
      expect(Math.abs(yes! - expected.data[2 * i + 1]!), `${i}`).toBeLessThan(1e-4)
      // What a softmax of nearly 0 or 1 hides: the difference of the log-likelihoods, to 1e-4 of them.
      const off = Math.log(yes! / no!) - (scores[i]![1] - scores[i]![0])
      expect(Math.abs(off) / Math.max(...scores[i]!.map(Math.abs)), `${i}`).toBeLessThan(1e-4)
    }
    const right = scores.filter(([other, film]) => film > other).length
    expect([summary, log]).toEqual([{ examples: 3, accuracy: right / 3 }, []])
  })
})

describe('a prompt', () => {
  it('has the labels that it is given: those of a supervisor where the stage has them', async () => {
    const task = taskOf([FILM, RICE])
    const { said: truth } = await ask(pocket, task, TWO)
    expect((await ask(pocket, task, TWO, [1, 0])).said).toEqual(truth)
    const swapped = taskOf([
      { ...FILM, label: 0 },
      { ...RICE, label: 1 },
    ])
    const { said: wrong } = await ask(pocket, task, TWO, [0, 1])
    expect(wrong).not.toEqual(truth)
    expect(wrong).toEqual((await ask(pocket, swapped, TWO)).said)
    await expect(ask(pocket, task, { shots: 3, seed: 0 })).rejects.toThrow(
      'shots: expected 3 labelled examples in the transfer half, got 2',
    )
  })

  it('asks of options which goes on the prompt best', async () => {
    const { said } = await ask(pocket, taskOf([FILM, RICE]))
    const { form, splits } = taskOf([])
    const test = splits.test.map((row) => ({ ...row, options: ['other matters', 'film'] }))
    const options = {
      form: { kind: 'options', count: form.kind === 'classes' ? 2 : 0 } as const,
      splits: { ...splits, test },
    }
    const { said: ofOptions } = await ask(pocket, options, { answers: undefined })
    expect(ofOptions).toEqual(said)
  })

  it('drops its first examples where the model reads no more, and says of how many', async () => {
    const long = (row: Example) => ({ ...row, text: `${row.text} ${'So it goes on. '.repeat(14)}` })
    const shots = [FILM, RICE].map(long)
    const { said, log } = await ask(pocket, taskOf(shots), { ...TWO, tokens: 120 })
    expect(log).toEqual([
      'warn: 3 of 3 prompts have fewer than 2 examples, 1 at the least: the model reads 256 tokens.',
    ])
    // The last of the two is what is left.
    expect(said).toEqual((await ask(pocket, taskOf([shots[1]!]), { ...TWO, shots: 1, tokens: 120 })).said)
  })

  it('cuts texts as a training does, and refuses one that leaves no room for its question', async () => {
    const text = 'A long sentence without an end, '.repeat(60)
    const task = taskOf([], [text])
    expect((await ask(pocket, task, { tokens: 32 })).log).toEqual(['info: 1 of 1 texts are cut after 32 tokens.'])
    await expect(ask(pocket, task, { tokens: 1000 })).rejects.toThrow(
      /^expected a text that leaves the model, which reads 256 tokens, room for the question and an answer of \d+, got a prompt of \d{3}; let it read fewer tokens of a text$/,
    )
  })

  it('takes a language head', async () => {
    const bert = path.resolve(import.meta.dirname, '../golden/models/tiny-bert')
    await expect(ask(bert, taskOf([]))).rejects.toThrow(
      'prompted: expected a language head, which is prompted, got a model without',
    )
  })
})

describe('the work of a prompt', () => {
  const SIZES = { weak: 0, transfer: 40, validation: 0, test: 40 }
  /** Rows of a task that comes with the app. */
  const rows = (task: string) =>
    gunzipSync(readFileSync(path.resolve(import.meta.dirname, `../../resources/tasks/${task}.jsonl.gz`)))
      .toString()
      .split('\n', 80)
      .map((line, id) => ({ text: '', ...(JSON.parse(line) as Pick<Example, 'label'>), id, group: `row ${id}` }))

  it.each([
    ['snippet-pairs', 0],
    ['snippet-pairs', 2],
    ['movie-snippets', 0],
    ['movie-snippets', 2],
  ])('is what a model reads of %s with %d examples', async (id, shots) => {
    const { form, question } = TASKS[id]!
    const [transfer, test] = [rows(id).slice(0, 40), rows(id).slice(40)]
    const answers = form ? undefined : ['negative', 'positive']
    const wording = { tokens: 256, instruction: instructionOf(question, answers ?? []), answers, shots }
    const task = { form: form ?? taskOf([]).form, splits: { weak: [], transfer, validation: [], test } }
    let tokens = 0
    // A few examples may be long ones, or short ones: over several draws they are of the usual length.
    for (const seed of [1, 2, 3, 4]) tokens += (await ask(pocket, task, { ...wording, seed })).tokens / 4
    const stage = { kind: 'prompt', config: { ...CONFIG, ...wording } as PromptConfig } as const
    const told = KINDS.prompt.work(stage.config, SIZES) * tokensOf(stage, { task: id, form })
    expect(Math.abs(told / tokens - 1)).toBeLessThan(0.25)
  })
})
