import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { readTask } from '../../src-main/data/datasets/read'
import { importSlice } from '../../src-main/data/datasets/slice'
import { temporaryFolder } from '../store/temporary'

const path = resolve(import.meta.dirname, '../../resources/tasks/chess-puzzles.jsonl.gz')

test('a slice of puzzles keeps what goes with them: difficulty and position', async () => {
  const form = { kind: 'text' } as const
  const rows = await readTask(path, form)
  const folder = temporaryFolder()
  const places = Array.from({ length: 1000 }, (_, i) => i)
  const chosen = places.slice(0, 400)
  const told = { id: 'mine', title: 'Mine', question: '', licence: 'own', source: 'The slice “mine”.' }
  const parent = { id: 'chess-puzzles', sha256: 'a'.repeat(64), path, form }
  await importSlice({ ...told, parent, tested: places, chosen }, folder)
  const made = await readTask(`${folder}/mine.jsonl.gz`, form)
  const factsOf = (of: readonly (typeof rows)[number][]) =>
    of.map(({ text, difficulty, fen }) => ({ text, difficulty, fen }))
  expect(factsOf(made.filter(({ split }) => split === 'test'))).toEqual(factsOf(chosen.map((i) => rows[i]!)))
  expect(made.every(({ difficulty, fen }) => difficulty !== undefined && fen !== undefined)).toBe(true)
})
