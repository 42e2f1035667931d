// Templates: the rows of the five tasks of the released code, draw for draw, and of the paper's 22, by hand.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { previewDataset } from '../../src-main/data/datasets'
import { openRecords } from '../../src-main/data/datasets/records'
import { TEMPLATES } from '../../src-main/data/templates'
import { createPythonRandom } from '../../src-main/science/maths/python-random'
import { latestInfo, problemsOf, take, written } from './dataset-files'

const FILES = join(import.meta.dirname, 'parquet')
const rowsOf = (id: string, example: Record<string, unknown>) => TEMPLATES[id]!.rows(example, createPythonRandom(0))
const pair = { label: 1, text: expect.any(String) as string }

const SCIQ = { question: 'q', correct_answer: 'a', distractor1: 'b', distractor2: 'c', distractor3: 'd' }
const COSMOS = { context: 'c', question: 'q', answer0: 'w', answer1: 'x', answer2: 'y', answer3: 'z' }
const NONE = 'None of the above choices .'

describe('the tasks of the released code', () => {
  it('sciq: a row a question, a coin says whether of the right answer, as Python draws it', async () => {
    const drawn = JSON.parse(readFileSync(join(FILES, 'sciq.json'), 'utf8')) as Record<string, [string, number][]>
    const made: Record<string, [string, number][]> = { train: [], test: [] }
    for await (const batch of openRecords(join(FILES, 'sciq'), { template: 'sciq' }).batches)
      for (const entry of batch) {
        if (!('values' in entry)) throw new Error(entry.expected)
        const [text, label, split] = ['text', 'label', 'split'].map((name) => entry.values.get(name) as string)
        made[split!]!.push([text!, label === 'right' ? 1 : 0])
      }
    expect(made).toEqual(drawn)
    // The first coin of Random(0) is .8444: a wrong answer.
    expect(drawn['train']![0]![1]).toBe(0)
  })

  it('cosmos_qa: "None of the above" is no answer to show', () => {
    const none = { ...COSMOS, answer2: NONE, label: 2 }
    expect(rowsOf('cosmos_qa', none)).toEqual([
      { text: expect.stringMatching(/^Context: c\nQuestion: q\nAnswer: [wxz]$/) as string, label: 0, group: 'c' },
    ])
    // No coin is drawn for it: the one that follows is the first.
    const random = createPythonRandom(0)
    TEMPLATES['cosmos_qa']!.rows(none, random)
    const plain = createPythonRandom(0)
    plain.choice(['w', 'x', 'z'])
    expect(random.random()).toBe(plain.random())
    expect(rowsOf('cosmos_qa', { ...COSMOS, label: 7 })).toEqual({ expected: '0 to 3 in column "label"', got: '7' })
  })

  it('amazon_polarity, boolq and anthropic_hh', () => {
    expect(rowsOf('amazon_polarity', { title: 'Good', content: 'It is.', label: 1 })).toEqual([
      { text: 'Good It is.', label: 1, group: null },
    ])
    expect(rowsOf('boolq', { passage: 'p', question: 'is it', answer: true })).toEqual([
      { text: 'Passage: p\nQuestion: is it', label: 1, group: 'p' },
    ])
    const [chosen, rejected] = ['\n\nHuman: hi\n\nAssistant: Hello.', '\n\nHuman: hi\n\nAssistant: No.']
    expect(rowsOf('anthropic_hh', { chosen, rejected })).toEqual([{ text: rejected, label: 0, group: '\n\nHuman: hi' }])
  })
})

describe("the paper's 22 tasks", () => {
  it('are all there', () => {
    const ids = Object.values(TEMPLATES).filter(({ suites }) => suites.includes('paper'))
    expect(ids).toHaveLength(22)
    expect(Object.values(TEMPLATES).filter(({ suites }) => suites.includes('openai'))).toHaveLength(5)
  })

  it.each([
    [
      'anli-r2',
      { premise: 'p', hypothesis: 'h', label: 1 },
      'Premise: p\nHypothesis: h\n\nDoes the premise entail the hypothesis?',
      0,
      'p',
    ],
    [
      'anli-r2',
      { premise: 'p', hypothesis: 'h', label: 2 },
      'Premise: p\nHypothesis: h\n\nDoes the premise entail the hypothesis?',
      0,
      'p',
    ],
    [
      'anli-r2',
      { premise: 'p', hypothesis: 'h', label: 0 },
      'Premise: p\nHypothesis: h\n\nDoes the premise entail the hypothesis?',
      1,
      'p',
    ],
    ['cola', { sentence: 's', label: 1 }, 's', 1, null],
    ['sst2', { sentence: 's', label: 0 }, 's', 0, null],
    ['twitter-sentiment', { text: 't', label: '1' }, 't', 1, null],
    [
      'paws',
      { sentence1: 'a', sentence2: 'b', label: 1 },
      'Sent 1: a\nSent 2: b\n\nQ: Are these sentences semantically equivalent?',
      1,
      'a',
    ],
    [
      'wic',
      { word: 'w', sentence1: 'a', sentence2: '{word}', label: 0 },
      'Sentence 1:\na\n\nSentence 2:\n{word}\n\nQ: Does "w" have the same meaning in the above sentences?',
      0,
      'w',
    ],
    [
      'multirc',
      { paragraph: 'p', question: 'q', answer: 'a', label: 1 },
      'Passage:\n\np\n\nQ: "q" Is the answer "a"?',
      1,
      'p',
    ],
    [
      'mc_taco',
      { sentence: 's', question: 'q?', answer: 'a', label: 0 },
      's\n\nGiven the above, q? Is the answer a?',
      0,
      's',
    ],
    [
      'ethics-deontology',
      { scenario: 's', excuse: 'e', label: 1 },
      'Q: Is the following a morally valid excuse?\n\ns\n\ne\n\nA:',
      1,
      's',
    ],
    ['ethics-justice', { scenario: 's', label: 0 }, 'Q: Does this statement exemplify justice?\n\ns\n\nA:', 0, null],
    [
      'ethics-virtue',
      { scenario: 's [SEP] kind', label: 1 },
      'Q: Does this behavior match the adjective that follows?\n\ns [SEP] kind\n\nA:',
      1,
      's',
    ],
  ] as const)('%s: a row an example', (id, example, text, label, group) => {
    expect(rowsOf(id, example)).toEqual([{ text, label, group }])
  })

  // Of every question a right and a wrong answer; `*` is the answer. With Random(0) the first choice of 1 is 0, of 2 and 3 is 1.
  it.each([
    [
      'dream',
      { dialogue: ['M: x', 'W: y'], question: 'q', choice: ['a', 'b', 'c'], answer: 'b' },
      'M: x\nW: y\n\nQ: q A: *',
      'b',
      'c',
    ],
    [
      'hellaswag',
      { ctx: 'c', endings: ['a', 'b', 'd', 'e'], label: '3' },
      'Context:\nc\n\nContinuations:\n\na\nb\nd\ne\n\nQ: Is "*" the best continuation?',
      'e',
      'b',
    ],
    [
      'openbookqa',
      { question_stem: 'q', choices: { text: ['x', 'y'], label: ['A', 'B'] }, answerKey: 'B' },
      'Q: q\n\nChoices:\nA) x\nB) y\n\nAnswer: *',
      'y',
      'x',
    ],
    ['piqa', { goal: 'g', sol1: 'a', sol2: 'b', label: 1 }, 'Q: g A: *', 'b', 'a'],
    [
      'quail',
      { context: 'c', question: 'q', answers: ['a', 'b'], correct_answer_id: 0 },
      'Passage:\n\nc\n\nQ: "q" Is the answer "*"?',
      'a',
      'b',
    ],
    [
      'quartz',
      { para: 'p', question: 'q', choices: { text: ['x', 'y'], label: ['A', 'B'] }, answerKey: 'A' },
      'Passage:\np\n\nQ: "q" Is the answer "*"?',
      'x',
      'y',
    ],
    [
      'social_i_qa',
      { context: 'c', question: 'q', answerA: 'a', answerB: 'b', answerC: 'd', label: '1' },
      'Context:\nc\n\nQuestion: "q"\n\nChoices:\na\nb\nd\n\nIs the answer "*"?',
      'a',
      'd',
    ],
    ['sciq-pairs', SCIQ, 'Q: q A: *', 'a', 'c'],
    ['cosmos_qa-pairs', { ...COSMOS, label: 0 }, 'Context: c\nQuestion: q\nAnswer: *', 'w', 'y'],
  ] as const)('%s: two rows a question', (id, example, format, right, wrong) => {
    const rows = rowsOf(id, example)
    expect(rows).toMatchObject([
      { ...pair, text: format.replace('*', right) },
      { ...pair, text: format.replace('*', wrong), label: 0 },
    ])
    expect(rows).toEqual(rowsOf(id, example))
  })

  it('ethics-utilitarianism: both places of the more pleasant one, in one order', () => {
    const made = rowsOf('ethics-utilitarianism', { baseline: 'I slept.', less_pleasant: 'I slept badly.' })
    const format = (n: number) =>
      expect.stringMatching(new RegExp(`^Which is more pleasant\\?\\n1\\) .*\\n2\\) .* A: ${n}$`)) as string
    const right = String((made as { text: string }[])[0]!.text).includes('1) I slept.\n') ? 1 : 2
    expect(made).toMatchObject([
      { text: format(right), label: 1 },
      { text: format(3 - right), label: 0 },
    ])
  })

  it('openbookqa does not show the letter of the right answer, by which it could be told', () => {
    const example = {
      question_stem: 'q',
      choices: { text: ['x', 'y', 'z', 'w'], label: ['A', 'B', 'C', 'D'] },
      answerKey: 'C',
    }
    expect(rowsOf('openbookqa', example)).not.toMatchObject([
      { text: expect.stringMatching(/Answer: [A-D]$/) as string },
      {},
    ])
  })

  it('an answer that is the right one by its text is no wrong one', () => {
    expect(rowsOf('piqa', { goal: 'g', sol1: 'a', sol2: 'a', label: 0 })).toEqual([])
    expect(rowsOf('quail', { context: 'c', question: 'q', answers: ['a', 'b'], correct_answer_id: 4 })).toMatchObject({
      got: 'number 5',
    })
  })
})

describe('an import by a template', () => {
  it('makes a task like any other, with its declared tests, and says of what', async () => {
    const preview = await previewDataset({ path: join(FILES, 'sciq'), template: 'sciq-pairs' })
    expect(preview).toMatchObject({
      ...{ id: 'sciq-pairs', title: 'SciQ, both answers', classes: ['wrong', 'right'], split: 'split', group: 'group' },
      ...{ text: 'text', label: 'label', badLines: 0, perClass: { train: [60, 60], test: [30, 30] } },
    })
    const rows = await take(preview, { template: 'sciq-pairs' })
    expect(rows).toHaveLength(180)
    for (let i = 0; i < rows.length; i += 2) {
      expect([rows[i]!.label, rows[i + 1]!.label]).toEqual([1, 0])
      expect(rows[i]!.group).toBe(rows[i + 1]!.group)
      expect(rows[i]!.group).toBeDefined()
    }
    expect(latestInfo()).toMatchObject({
      source: 'imported from sciq by the template sciq-pairs',
      provenance: {
        template: 'sciq-pairs',
        files: [
          { name: 'data/train-00000-of-00002.parquet' },
          { name: 'data/train-00001-of-00002.parquet' },
          { name: 'data/test-00000-of-00001.parquet' },
        ],
      },
    })
  })

  it('names the columns that are not there, the split, and the template that was meant', async () => {
    const path = join(FILES, 'sciq')
    expect(await problemsOf(previewDataset({ path, template: 'piqa' }))).toMatchObject(
      [{ path: 'path', expected: 'files of the split "train"' }]
        .slice(1)
        .concat([{ path: 'path', expected: 'the columns "goal", "sol1", "sol2", "label"' }]),
    )
    expect(await problemsOf(previewDataset({ path, template: 'anli-r2' }))).toMatchObject([
      { path: 'path', expected: 'files of the split "train_r2"' },
    ])
    expect(await problemsOf(previewDataset({ path, template: 'sciqq' }))).toMatchObject([
      { path: 'template', expected: expect.stringContaining('sciq') as string, got: '"sciqq"' },
    ])
    const file = written('quiz.jsonl', '{"question": "q", "passage": "p"}\n')
    expect(await problemsOf(previewDataset({ path: file, template: 'boolq' }))).toEqual([
      {
        path: 'template',
        expected: 'the column "answer" of the template "boolq"',
        got: 'a file with "question", "passage"',
      },
    ])
  })

  it('tells a value that does not fit by its row and column, and offers what fits', async () => {
    const good = (i: number) => ({
      passage: `passage ${i} ${i * 7919}`,
      question: `is it ${i * 104729}`,
      answer: i % 2 > 0,
    })
    const lines = [{ ...good(0), answer: 'maybe' }, ...Array.from({ length: 90 }, (_, i) => good(i + 1))]
    const path = written('boolq.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'))
    const preview = await previewDataset({ path, template: 'boolq' })
    expect(preview).toMatchObject({ badLines: 1, examples: 90, split: null, classes: ['no', 'yes'] })
    expect(preview.errors).toEqual([
      { line: 1, message: expect.stringContaining('in column "answer", got "maybe"') as string },
    ])
    const plain = await previewDataset({ path, text: 'passage', label: 'answer' })
    expect(plain.notices).toContainEqual({
      kind: 'note',
      text: 'The columns are those of BoolQ, whose rows a template makes.',
      offers: [{ label: 'Make rows as BoolQ has them', reading: { template: 'boolq' } }],
    })
  })
})
