// Every task can be looked through: how many rows, how long they are, and examples of them, but none that is kept for tests.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lookAtTask } from '../../src-main/data/datasets/look'
import { TASKS } from '../../src-main/science/tasks'
import { temporaryFolder } from '../store/temporary'
import { openLab } from './tools'

test.each(Object.keys(TASKS))('the rows of %s are told with lengths and examples', async (task) => {
  const { calls } = await openLab({})
  const { rows, testRows, form, lengths, examples, classes, names } = await calls.taskRows({ task, model: '', turn: 0 })
  expect(rows).toBe(TASKS[task]!.examples)
  expect(examples).toHaveLength(12)
  for (const { from, longest, series } of lengths) {
    expect(from.at(-1)).toBeLessThanOrEqual(longest)
    for (const { texts, counts } of series) expect(counts.reduce((sum, n) => sum + n, 0)).toBe(texts)
  }
  const texts = lengths.map(({ of, series }) => [of, series.reduce((sum, { texts: n }) => sum + n, 0)])
  const counted = {
    classes: [['texts', rows]],
    options: [['options', 2 * rows]],
    text: [
      ['prompts', rows],
      ['answers', rows],
    ],
  }
  expect(texts).toEqual(counted[form])
  if (form === 'classes') {
    const sum = (of: number[] | null) => (of ?? []).reduce((all, n) => all + n, 0)
    expect(sum(classes!.train) + sum(classes!.test)).toBe(rows)
    expect(testRows ?? 0).toBe(sum(classes!.test))
    for (const { right } of examples) expect(names).toContain(right)
  } else expect(classes).toBeNull()
})

test('options are shown with the right one, games with their position', async () => {
  const { calls } = await openLab({})
  const pairs = await calls.taskRows({ task: 'snippet-pairs', model: '', turn: 0 })
  for (const { options, at, right } of pairs.examples) {
    expect(options).toHaveLength(2)
    expect(right).toBe(`option ${at! + 1}`)
  }
  const games = await calls.taskRows({ task: 'chess-puzzles', model: '', turn: 0 })
  expect(games.examples.every(({ fen, text }) => Boolean(fen) && text.startsWith('1. '))).toBe(true)
  expect(games.examples[0]!.right).toMatch(/^ \S+$/)
})

test('lengths are those of the rows, by class, in letters or in tokens of a model that is here', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'mine.jsonl')
  mkdirSync(folder, { recursive: true })
  const row = (text: string, label: number, split: string) => `${JSON.stringify({ text, label, split })}\n`
  writeFileSync(path, [row('abc', 0, 'train'), row('a'.repeat(100), 1, 'train'), row('xy', 0, 'test')].join(''))
  const form = { kind: 'classes', names: ['short', 'long'] } as const
  const { lengths, classes, testRows, examples, cut } = await lookAtTask({
    ...{ task: 'mine', form, path },
    reader: null,
    turn: 0,
  })
  expect(lengths).toHaveLength(1)
  expect(lengths[0]).toMatchObject({ of: 'texts', longest: 100 })
  expect(lengths[0]!.series.map(({ name, median }) => [name, median])).toEqual([
    ['short', 2],
    ['long', 100],
  ])
  expect(lengths[0]!.series[1]!.counts.at(-1)).toBe(1)
  // Nothing is drawn where no text is.
  expect(lengths[0]!.from[0]).toBe(0)
  writeFileSync(path, [row('a'.repeat(90), 0, 'train'), row('a'.repeat(100), 1, 'train')].join(''))
  const apart = await lookAtTask({ ...{ task: 'mine', form, path }, reader: null, turn: 0 })
  expect(apart.lengths[0]!.from[0]).toBe(90)
  expect(apart.lengths[0]!.series.map(({ counts }) => [counts[0], counts.at(-1)])).toEqual([
    [1, 0],
    [0, 1],
  ])
  expect([classes, testRows, cut]).toEqual([{ train: [1, 1], test: [1, 0] }, 1, null])
  expect(examples.map(({ text }) => text)).not.toContain('xy')

  const { calls } = await openLab({})
  const counted = await calls.taskRows({ task: 'sotu', model: 'pocket-s', turn: 0 })
  expect(counted).toMatchObject({ model: 'Pocket S', measured: 2000, cut: { limit: 256 } })
  expect(counted.cut!.share).toBeGreaterThan(0)
  await expect(calls.taskRows({ task: 'sotu', model: 'gpt2-xl', turn: 0 })).rejects.toThrow('is not here')
  await expect(calls.taskRows({ task: 'none', model: '', turn: 0 })).rejects.toThrow('no task "none"')
})

test('what is shown of a file of labels in turn is of both classes, and no row comes twice before all have come', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'turns.jsonl')
  mkdirSync(folder, { recursive: true })
  const rows = Array.from({ length: 48 }, (_, i) => JSON.stringify({ text: `row ${i}`, label: i % 2, split: 'train' }))
  writeFileSync(path, rows.join('\n'))
  const form = { kind: 'classes', names: ['even', 'odd'] } as const
  const shown = async (turn: number) => (await lookAtTask({ task: 'turns', form, path, reader: null, turn })).examples
  expect(new Set((await shown(0)).map(({ right }) => right))).toEqual(new Set(['even', 'odd']))
  const all = await Promise.all([0, 1, 2, 3].map(shown))
  expect(new Set(all.flat().map(({ text }) => text)).size).toBe(48)
})

test('others come with every turn', async () => {
  const { calls } = await openLab({})
  const shown = async (turn: number) =>
    (await calls.taskRows({ task: 'spam', model: '', turn })).examples.map(({ text }) => text)
  expect(new Set([...(await shown(0)), ...(await shown(1))]).size).toBeGreaterThan(20)
})
