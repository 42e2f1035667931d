import { readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { examineBundle } from '../../src-main/bundle'
import { readSafetensors } from '../../src-main/data/checkpoints/safetensors'
import { temporaryFolder } from '../store/temporary'
import { unzip, zip } from '../bundle/fixture'
import { builtProcesses, RESOURCES } from './built'
import { ended, keyOf, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

const SETS = ['product-snippets', 'news-snippets', 'tweet-snippets']
const spec = (changes: Record<string, unknown> = {}) => tinySpec({ tasks: ['movie-snippets'], ...changes })
const linesOf = (id: string) =>
  gunzipSync(readFileSync(join(RESOURCES, `tasks/${id}.jsonl.gz`)))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; label: number })

test('a task’s test sets from elsewhere are asked about at the end, reported, bundled and computed again', async () => {
  const home = temporaryFolder()
  const lab = await openLab({ ...engine(), home })
  // The rule that is reported stops somewhere; elsewhere the student stands at its last step.
  const { runId } = await lab.calls.run(
    spec({ elsewhere: true, seeds: [0, 1], stop: 'weak-validation', reference: true }),
  )
  const run = await ended(lab, runId)
  expect(run.state).toBe('done')
  const { arms } = await lab.calls.result({ runId, stop: 'weak-validation' })
  const [arm] = arms
  expect(arm!.elsewhere!.map(({ id, rows }) => [id, rows])).toEqual(SETS.map((id) => [id, 20]))

  const { path } = (await lab.calls.exportBundle({ runId, path: '' }))!
  const files = await unzip(path)
  const table = (name: string) =>
    Papa.parse<Record<string, string>>(files.get(name)!.toString(), { header: true, skipEmptyLines: true }).data
  const examples = table('examples/movie-snippets.csv')
  const own = new Set(linesOf('movie-snippets').map(({ text }) => text))
  for (const id of SETS) {
    const rows = examples.filter((row) => row['split'] === `elsewhere/${id}`)
    const lines = linesOf(id)
    expect(rows.map((row) => row['seed'])).toEqual(rows.map(() => ''))
    expect(rows.filter((row) => row['truth'] === '1')).toHaveLength(10)
    for (const row of rows) {
      const { text, label } = lines[Number(row['id'])]!
      expect(row['truth']).toBe(String(label))
      expect(row['text_sha256']).toBe(createHash('sha256').update(text).digest('hex'))
      expect(own.has(text)).toBe(false)
    }
    // What is told of a set, from what its three models said last, by hand.
    const told = arm!.elsewhere!.find((set) => set.id === id)!.measures['accuracy']!
    for (const [s, { seed, weak, student, ceiling }] of arm!.arm.seeds.entries()) {
      const shares = [weak, student, ceiling].map((key) => {
        const tensor = readSafetensors(files.get(`evaluations/${key}.safetensors`)!, key).find(
          ({ name }) => name === `elsewhere/${id}`,
        )!
        expect(tensor.shape).toEqual([1, 20, 1])
        return rows.filter((row, i) => tensor.data[i]! > 0.5 === (row['truth'] === '1')).length / 20
      })
      expect([told.bySeed[s]!.seed, told.bySeed[s]!.weak, told.bySeed[s]!.student, told.bySeed[s]!.ceiling]).toEqual([
        seed,
        ...shares,
      ])
    }
  }
  const reference = Object.values(arm!.arm.seeds[0]!.references!)[0]!
  const asked = readSafetensors(files.get(`evaluations/${reference}.safetensors`)!, reference).map(({ name }) => name)
  expect(asked.filter((name) => name.startsWith('elsewhere/'))).toEqual([])
  expect(table('elsewhere.csv')).toHaveLength(SETS.length * 2)

  const sound = await examineBundle(path)
  expect(sound.problems).toEqual([])
  expect(sound.agreement!.problems).toEqual([])
  // Said to be better elsewhere than its own predictions are.
  const text = files.get('results.json')!.toString()
  const results = JSON.parse(text) as {
    arms: { elsewhere: { measures: { accuracy: { student: { value: number } } } }[] }[]
  }
  results.arms[0]!.elsewhere[1]!.measures.accuracy.student.value += 0.05
  const forged = new Map(files).set('results.json', Buffer.from(JSON.stringify(results)))
  const sums = [...forged].flatMap(([name, bytes]) =>
    name === 'manifest-sha256.txt' ? [] : [`${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`],
  )
  forged.set('manifest-sha256.txt', Buffer.from(sums.join('')))
  const other = join(home, 'forged.w2s.zip')
  writeFileSync(other, '')
  await zip(other, forged)
  const found = await examineBundle(other)
  expect(found.problems).toEqual([])
  expect(found.agreement!.problems.map(({ problem }) => problem).join()).toMatch(/elsewhere: 1: measures: accuracy/)
})

test('without them a study has the keys that it had, and development rows are measured alone', async () => {
  const lab = await openLab(engine())
  const keys = async (changes: Record<string, unknown>) => {
    const preview = await lab.calls.preview(spec(changes))
    return preview.valid ? preview.stages.map(({ key }) => key) : []
  }
  // As recorded before there were any.
  expect((await keys({ elsewhere: false }))[0]).toBe(KEY_BEFORE)
  expect((await keys({ elsewhere: true }))[0]).not.toBe(KEY_BEFORE)
  // It names its optimisers by role: a spec of before, which asked about none.
  expect((await keys({}))[0]).toBe(KEY_BEFORE)
  const development = { measure: 'development' }
  expect(await keys({ ...development, elsewhere: true })).toEqual(await keys({ ...development, elsewhere: false }))

  const { runId } = await lab.calls.run(spec({ elsewhere: false }))
  const run = await ended(lab, runId)
  expect(keyOf(run, 'student')).toBeTruthy()
  const { arms } = await lab.calls.result({ runId, stop: 'last' })
  expect(arms[0]).not.toHaveProperty('elsewhere')
})
const KEY_BEFORE = '08a349993abd6fba3d7d5275e65619afd84c381ec6f81cf86f24488020c3874a'
