// Import of options of which one is right, and of texts to be continued: what is proposed, asked and refused.
import { describe, expect, it } from 'vitest'
import { readTask } from '../../src-main/data/datasets'
import type { DatasetPreview, ImportRequest } from '../../src-main/data/datasets/types'
import { importDataset } from '../../src-main/data/datasets'
import { folder, look, problemsOf, sentences, textOf } from './dataset-files'

const texts = sentences.map(({ text }) => text)
const jsonl = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
/** 60 pairs of sentences that are unlike each other. */
const pairs = Array.from({ length: 60 }, (_, i) => [texts[2 * i]!, texts[2 * i + 1]!] as const)

let imports = 0
function requestOf(found: DatasetPreview, changes: Partial<ImportRequest> = {}): ImportRequest {
  const { path, form, text, label, split, group, options, right, target } = found
  const about = { id: `forms-${++imports}`, title: 'Title', question: '', licence: 'own', classes: [] }
  return { path, form, text, label, split, group, options, target, ...(right && { right }), ...about, ...changes }
}
async function take(found: DatasetPreview, changes: Partial<ImportRequest> = {}) {
  const info = await importDataset(requestOf(found, changes), folder)
  const path = `${folder}/${info.id}.jsonl.gz`
  const rows = await readTask(path, { kind: 'options', count: Math.max(2, info.classes.length) }).catch(() => [])
  return { info, path, rows }
}

describe('pairs of chosen and rejected', () => {
  const rows = pairs.map(([chosen, rejected], i) => ({ prompt: `question number ${i}`, chosen, rejected }))

  it('are proposed as options of which the first is right, after their prompt', async () => {
    const found = await look('chosen.jsonl', jsonl(rows))
    expect(found).toMatchObject({
      form: 'options',
      options: ['chosen', 'rejected'],
      right: 'first',
      text: 'prompt',
      label: null,
      examples: 60,
      badLines: 0,
      perClass: { train: [60, 0], test: null },
    })
    expect(found.rows[0]).toEqual({ text: 'question number 0', label: '', options: [...pairs[0]!], right: 0 })
    expect(textOf(found.notices)).toContain('The first option of every row is the right one')
    const { info, rows: kept } = await take(found)
    expect(info).toMatchObject({ form: 'options', classes: ['option 1', 'option 2'], examples: 60 })
    expect(kept[7]).toEqual({ text: 'question number 7', options: [...pairs[7]!], label: 0 })
  })

  it('are read from CSV as well', async () => {
    const csv = `chosen,rejected\n${pairs.map(([a, b]) => `"${a}","${b}"`).join('\n')}\n`
    const found = await look('chosen.csv', csv)
    expect(found).toMatchObject({ form: 'options', right: 'first', text: null })
    expect((await take(found)).rows[3]).toEqual({ options: [...pairs[3]!], label: 0 })
  })

  it('that are the same but for case and blanks are refused with their line', async () => {
    const same = [...rows, { prompt: 'p', chosen: 'The  Same', rejected: 'the same' }]
    const found = await look('same.jsonl', jsonl(same))
    expect(found.errors).toEqual([
      { line: 61, message: 'expected different texts in columns "chosen", "rejected", got "the same" twice' },
    ])
    expect(await problemsOf(take(found))).toEqual([
      { path: 'line 61', expected: 'different texts in columns "chosen", "rejected"', got: '"the same" twice' },
    ])
  })

  it('that lack a text are refused', async () => {
    const found = await look('lack.jsonl', jsonl([...rows, { prompt: 'p', chosen: 'only one' }]))
    expect(found.errors[0]!.message).toBe('expected a text in columns "chosen", "rejected", got nothing')
  })

  it('that repeat, in either order, are counted, and told where they contradict', async () => {
    const again = rows
      .slice(0, 5)
      .map(({ prompt, chosen, rejected }, i) =>
        i < 2 ? { prompt, chosen: rejected, rejected: chosen } : { prompt, chosen, rejected },
      )
    const found = await look('again.jsonl', jsonl([...rows, ...again]))
    expect(found).toMatchObject({ duplicates: 5, contradictions: 2 })
    const { rows: kept } = await take(found)
    for (let i = 0; i < 5; i++) expect(kept[60 + i]!.group).toBe(kept[i]!.group)
  })

  it('beside a text ask what the rows are', async () => {
    const found = await look('both.jsonl', jsonl(rows.map((row, i) => ({ ...row, text: texts[i], label: i % 2 }))))
    const ask = found.notices.find(({ kind }) => kind === 'ask')
    expect(ask?.offers.map(({ reading }) => reading)).toEqual([{ form: 'classes' }, { form: 'options' }])
    const said = await look('both.jsonl', jsonl(rows.map((row, i) => ({ ...row, text: texts[i], label: i % 2 }))), {
      form: 'classes',
    })
    expect(said).toMatchObject({ form: 'classes', text: 'prompt', label: 'label', classes: ['0', '1'] })
    expect(said.notices.filter(({ kind }) => kind === 'ask')).toEqual([])
  })
})

describe('two responses and a choice', () => {
  const choosing = (label: (i: number) => unknown) =>
    look(
      'choice.jsonl',
      jsonl(pairs.map(([a, b], i) => ({ prompt: `q ${i}`, response_a: a, response_b: b, choice: label(i) }))),
    )

  it.each([
    ['letters', (i: number) => 'AB'[i % 2], 'letter'],
    ['numbers from 0', (i: number) => i % 2, 'from 0'],
    ['numbers from 1', (i: number) => `${(i % 2) + 1}`, 'from 1'],
    ['texts', (i: number) => pairs[i]![i % 2], 'text'],
    ['columns', (i: number) => ['response_a', 'response_b'][i % 2], 'column'],
  ])('are told by %s', async (_, label, right) => {
    const found = await choosing(label)
    expect(found).toMatchObject({ form: 'options', options: ['response_a', 'response_b'], label: 'choice', right })
    const { rows } = await take(found)
    expect(rows.map((row) => row.label)).toEqual(pairs.map((_pair, i) => i % 2))
  })

  it('are asked about where numbers may be counted from 0 or 1', async () => {
    const found = await choosing(() => 1)
    expect(found.right).toBeNull()
    const ask = found.notices.find(({ kind }) => kind === 'ask')
    expect(ask?.offers.map(({ reading }) => reading)).toEqual([{ right: 'from 0' }, { right: 'from 1' }])
    expect(await problemsOf(take(found))).toMatchObject([{ path: 'right', got: 'nothing' }])
  })

  it('are refused where the choice is none of them', async () => {
    const found = await choosing((i) => (i === 3 ? 'tie' : 'AB'[i % 2]))
    expect(found.notices[0]).toMatchObject({ kind: 'cause' })
    const said = await look(
      'choice.jsonl',
      jsonl(pairs.map(([a, b], i) => ({ response_a: a, response_b: b, choice: i === 3 ? 'tie' : 'AB'[i % 2] }))),
      { right: 'letter' },
    )
    expect(said.errors).toEqual([{ line: 4, message: 'expected the letter of one of the options, got "tie"' }])
  })

  it('ask which is right where no column says it', async () => {
    const found = await look('mute.jsonl', jsonl(pairs.map(([a, b]) => ({ answer_1: a, answer_2: b }))))
    expect(found.notices.find(({ kind }) => kind === 'ask')?.text).toBe('No column says which option is right.')
  })
})

describe('multiple choice', () => {
  const rows = Array.from({ length: 120 }, (_, i) => ({
    question: `question ${i} of many that are asked`,
    choices: [0, 1, 2, 3].map((o) => `${texts[i]} ${o}`),
    answer: 'ABCD'[i % 4],
  }))

  it('of a list of options and a letter', async () => {
    const found = await look('quiz.jsonl', jsonl(rows))
    expect(found).toMatchObject({
      form: 'options',
      options: ['choices'],
      text: 'question',
      label: 'answer',
      right: 'letter',
    })
    const { info, rows: kept } = await take(found)
    expect(info.classes).toHaveLength(4)
    expect(kept[5]).toEqual({ text: rows[5]!.question, options: rows[5]!.choices, label: 1 })
  })

  it('with another number of options in a row is refused there', async () => {
    const found = await look('quiz-three.jsonl', jsonl([...rows, { ...rows[0]!, choices: texts.slice(0, 3) }]))
    expect(found.errors).toEqual([{ line: 121, message: 'expected 4 options, as the first row has, got 3' }])
  })
})

describe('texts to be continued', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ prompt: texts[i], completion: ` word ${i}` }))

  it('are proposed by the names of their columns, and kept with the blank before what follows', async () => {
    const found = await look('continue.jsonl', jsonl(rows))
    expect(found).toMatchObject({ form: 'text', text: 'prompt', target: 'completion', label: null, examples: 60 })
    const { info, path } = await take(found)
    expect(info).toMatchObject({ form: 'text', classes: [], lengthAlone: null, rows: null })
    expect((await readTask(path, { kind: 'text' }))[2]).toEqual({ text: texts[2], target: ' word 2' })
  })

  it('too few for a split are refused with the numbers', async () => {
    const found = await look('few.jsonl', jsonl(rows.slice(0, 12)), { form: 'text', target: 'completion' })
    expect(found.notices[0]).toMatchObject({ kind: 'cause' })
    expect(found.notices[0]!.text).toContain('No run can split it')
  })
})
