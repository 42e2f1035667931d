// Rows of task files by the form of the task.
import { describe, expect, it } from 'vitest'
import { readTask } from '../../src-main/data/datasets/read'
import { written } from './dataset-files'

describe('rows of tasks that are not of classes', () => {
  const pairs = { kind: 'options', count: 2 } as const
  const read = (row: object, form: Parameters<typeof readTask>[1]) =>
    readTask(written('row.jsonl', `${JSON.stringify(row)}\n`), form)

  it('are read as they are', async () => {
    const rows = [
      { options: ['a', 'b'], label: 1, group: 'g', split: 'test' },
      { text: 'which?', options: ['c', 'd'], label: 0 },
    ]
    const path = written('pairs.jsonl', rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
    expect(await readTask(path, pairs)).toEqual(rows)
    expect(await read({ text: '1. d4', target: ' d5' }, { kind: 'text' })).toEqual([{ text: '1. d4', target: ' d5' }])
  })

  it.each([
    [{ options: ['a', 'b'], label: 2 }, 'label: expected at most 1, got 2'],
    [{ options: ['a', 'b', 'c'], label: 1 }, 'options: expected 2 options, as the task has, got ["a","b","c"]'],
    [{ options: ['a'], label: 0 }, 'options: expected 2 options, as the task has, got ["a"]'],
    [{ options: ['a', 'a'], label: 0 }, 'options: expected different options, got ["a","a"]'],
    [{ options: ['a', ''], label: 0 }, 'options[1]: expected at least 1 character, got ""'],
    [{ text: 'a', label: 0 }, 'options: expected a list, got nothing'],
    [{ options: ['a', 'b'], label: 0, prompt: 'c' }, 'prompt: expected no such key here, got "c"'],
  ])('name the place of what is wrong in %j', async (row, message) => {
    await expect(read(row, pairs)).rejects.toThrow(`row.jsonl, line 1: ${message}`)
  })

  it('say what a row of another form lacks', async () => {
    await expect(read({ text: 'a', label: 0 }, { kind: 'text' })).rejects.toThrow(
      'target: expected a text, got nothing',
    )
    await expect(read({ text: 'a', target: 'b' }, { kind: 'classes' })).rejects.toThrow('label: expected')
  })
})
