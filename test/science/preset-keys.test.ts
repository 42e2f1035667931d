// Keys name what is cached: where a preset's change, everything that anybody has trained of it is trained anew. They were
// recorded before labels had rules and several supervisors. A change that is meant goes up in a `version`, and is recorded
// by `npx vitest run --project node test/science/preset-keys.test.ts -u`.
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { contentKey } from '../../src-main/science/maths/hash'
import { checkpointsOf } from '../../src-main/science/plan/feasible'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import { KINDS } from '../../src-main/science/stages'
import { TASKS } from '../../src-main/science/tasks'

const folder = resolve(import.meta.dirname, '../../resources/presets')

/** Kind of stage → how many the plan has, and one hash over their keys. */
function keysOf(spec: object): Record<string, string> {
  const parsed = parseSpec(spec)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { stages } = planExperiment(parsed.spec, {
    sources: Object.fromEntries(
      Object.values(TASKS).map(({ id, form }) => [
        id,
        { sha256: contentKey(id), title: id, classes: 2, ...(form && { form }) },
      ]),
    ),
    checkpoints: Object.fromEntries(
      checkpointsOf(parsed.spec).map((id) => [id, { key: contentKey(id), title: id, layers: 4, parameters: 1e7 }]),
    ),
    bundled: Object.fromEntries(['spam', 'sotu', 'brown', 'foods'].map((id) => [id, contentKey(id)])),
    backend: 'cpu',
  })
  return Object.fromEntries(
    Object.keys(KINDS).flatMap((kind) => {
      const keys = stages.filter((stage) => stage.kind === kind).map(({ key }) => key)
      return keys.length === 0 ? [] : [[kind, `${keys.length} ${contentKey(keys)}`]]
    }),
  )
}

it('the keys of all presets are those that were recorded, with soft labels and with hard ones', async () => {
  const all = readdirSync(folder).flatMap((name) => {
    const { id, spec } = JSON.parse(readFileSync(resolve(folder, name), 'utf8')) as { id: string; spec: object }
    return ['soft', 'hard'].map((labels) => [`${id}, ${labels}`, keysOf({ ...spec, labels })])
  })
  const text = JSON.stringify(Object.fromEntries(all), null, 2)
  await expect(`${text}\n`).toMatchFileSnapshot('data/preset-keys.json')
})
