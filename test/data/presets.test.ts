import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseSpec } from '../../src-main/science/parse'
import { TASKS } from '../../src-main/science/tasks'

const folder = resolve(import.meta.dirname, '../../resources/presets')
const names = readdirSync(folder)

it('there is a quick start and one over five tasks', () => {
  expect(names).toEqual(expect.arrayContaining(['quickstart.json', 'five-tasks.json']))
})

describe.each(names)('%s', (name) => {
  const preset = JSON.parse(readFileSync(resolve(folder, name), 'utf8')) as Record<string, unknown>

  it('is a valid experiment over bundled tasks', () => {
    expect(Object.keys(preset)).toEqual(['id', 'title', 'help', 'spec'])
    expect(`${String(preset.id)}.json`).toBe(name)
    const parsed = parseSpec(preset.spec)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    for (const task of parsed.spec.tasks) expect(Object.keys(TASKS)).toContain(task)
    if (name === 'five-tasks.json') expect(parsed.spec.tasks).toHaveLength(5)
    expect(parsed.spec.methods.map((m) => m.method)).toEqual(['naive', 'confidence'])
    expect(parsed.spec.seeds).toHaveLength(3)
  })
})
