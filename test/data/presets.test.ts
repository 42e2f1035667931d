import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../src-main/data/models/catalogue'
import { parseSpec } from '../../src-main/science/spec/parse'
import { checkpointsOf } from '../../src-main/science/plan/feasible'
import type { ExperimentSpec } from '../../src-main/science/spec/spec'
import { TASKS } from '../../src-main/science/tasks'

const folder = resolve(import.meta.dirname, '../../resources/presets')
const names = readdirSync(folder)
const known = [...CATALOGUE.map(({ id }) => id), ...readdirSync(resolve(folder, '../models'))]

it('there is a quick start, one on word vectors, one over five tasks, two on fetched models, and one a setting', () => {
  const first = ['quickstart', 'words-to-vectors', 'five-tasks', 'pretrained', 'smollm2']
  const wanted = [...first, 'reward', 'chess', 'paper-in-miniature', 'salience', 'reading']
  expect(names).toEqual(expect.arrayContaining(wanted.map((id) => `${id}.json`)))
})

it('the quick start needs no download: its transformers come with the app', () => {
  const { spec } = JSON.parse(readFileSync(resolve(folder, 'quickstart.json'), 'utf8')) as { spec: ExperimentSpec }
  const bundled = readdirSync(resolve(folder, '../models'))
  const used = [...spec.weak, ...spec.strong]
  expect(used.map(({ model }) => model)).toEqual(['pretrained', 'pretrained'])
  for (const { checkpoint } of used) expect(bundled).toContain(checkpoint)
})

const METHODS: Record<string, string[]> = {
  'chess.json': ['naive', 'bootstrap'],
  'reading.json': ['naive'],
  'paper-in-miniature.json': ['naive', 'confidence', 'bootstrap'],
}
/** One where a seed takes long: enough for what is only started to be looked at. */
const SEEDS: Record<string, number> = {
  'smollm2.json': 1,
  'chess.json': 1,
  'openai-code.json': 1,
  'reward.json': 5,
  'reading.json': 5,
  'paper-in-miniature.json': 5,
}

describe.each(names)('%s', (name) => {
  const preset = JSON.parse(readFileSync(resolve(folder, name), 'utf8')) as Record<string, unknown>

  it('is a valid experiment over bundled tasks', () => {
    expect(Object.keys(preset).filter((key) => key !== 'gpu')).toEqual(['id', 'title', 'help', 'spec'])
    expect(`${String(preset.id)}.json`).toBe(name)
    const parsed = parseSpec(preset.spec)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    for (const task of parsed.spec.tasks) expect(Object.keys(TASKS)).toContain(task)
    if (name === 'five-tasks.json') expect(parsed.spec.tasks).toHaveLength(5)
    expect(parsed.spec.methods.map((m) => m.method)).toEqual(METHODS[name] ?? ['naive', 'confidence'])
    expect(parsed.spec.seeds).toHaveLength(SEEDS[name] ?? 3)
    for (const checkpoint of checkpointsOf(parsed.spec)) expect(known).toContain(checkpoint)
  })
})
