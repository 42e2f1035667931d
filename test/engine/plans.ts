import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { artifactFolder, readManifest } from '../../src-main/engine/artifacts'
import { loadBackend } from '../../src-main/engine/backends'
import type { EngineEvent, Job } from '../../src-main/engine/protocol'
import { createRunner } from '../../src-main/engine/runner'
import { contentKey } from '../../src-main/science/maths/hash'
import { parseSpec } from '../../src-main/science/spec/parse'
import { planExperiment } from '../../src-main/science/plan/plan'
import { createRng } from '../../src-main/science/maths/rng'
import type { Stage } from '../../src-main/science/stages'

/** The stages of a small experiment on a made-up task whose labels a few words decide, over a folder of its own. */
export interface Planned {
  stages: Stage[]
  artifacts: string
  tasks: Record<string, string>
  /** Content key → place. */
  models: Record<string, string>
}

const WORDS = ['river', 'stone', 'cloud', 'ember', 'maple', 'copper', 'violet', 'harbor', 'meadow', 'lantern']

/** Texts of ten words; the label is whether the first five words of the list come more often than the others. */
function lines(count: number): string {
  const rng = createRng('made-up task')
  const rows = Array.from({ length: count }, () => {
    const text = Array.from({ length: 11 }, () => WORDS[rng.int(WORDS.length)]!)
    const label = text.filter((word) => WORDS.indexOf(word) < 5).length > 5 ? 1 : 0
    return { text: text.join(' '), label: rng.next() < 0.1 ? 1 - label : label }
  })
  return rows.map((row) => JSON.stringify(row)).join('\n') + '\n'
}

/**
 * Plans weak, labels, student and ceiling, with bag-of-words models unless changed.
 * @param places pretrained models that the spec may name: id → place
 * @param names of the classes, as an imported task has them
 */
export function planned(
  folder: string,
  change: Record<string, unknown> = {},
  {
    places = {},
    backend = 'wasm',
    names,
  }: { places?: Record<string, string>; backend?: string; names?: readonly string[] } = {},
): Planned {
  const file = path.join(folder, 'made-up.jsonl')
  writeFileSync(file, lines(800))
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex')
  const parsed = parseSpec({
    version: 1,
    name: 'engine test',
    tasks: ['made-up'],
    weak: [{ model: 'words', words: 3 }],
    strong: [{ model: 'words', words: 10 }],
    methods: [{ method: 'confidence' }],
    sizes: { weak: 200, transfer: 200, validation: 60, test: 200 },
    optimiser: { weak: { epochs: 3 }, strong: { epochs: 3 } },
    evaluations: 4,
    seeds: [0],
    ...change,
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { stages } = planExperiment(parsed.spec, {
    sources: { 'made-up': { sha256, title: 'Made up', classes: 2, ...(names && { names }) } },
    checkpoints: Object.fromEntries(Object.keys(places).map((id) => [id, { key: contentKey(id), title: id }])),
    bundled: {},
    backend,
  })
  const models = Object.fromEntries(Object.entries(places).map(([id, place]) => [contentKey(id), place]))
  return { stages, artifacts: path.join(folder, 'artifacts'), tasks: { 'made-up': file }, models }
}

/** The job that a host would post for a stage whose needs are done. */
export function jobOf({ artifacts, tasks, models }: Planned, stage: Stage): Job {
  const needs = Object.entries(stage.needs).map(([role, key]) => [role, path.join(artifacts, key)] as const)
  return { stage, needs: Object.fromEntries(needs), artifacts, tasks, models, corpora: {} }
}

/** Runs stages in one process. @param stopAt a training is called off after so many losses were told */
export async function runStages(plan: Planned, stages = plan.stages, stopAt = Infinity): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  let losses = 0
  const runner = createRunner((event) => {
    events.push(event)
    if (event.type === 'metric' && event.name === 'loss' && ++losses === stopAt) runner.cancel(event.key)
  }, loadBackend)
  for (const stage of stages) await runner.run(jobOf(plan, stage))
  return events
}

/** How stages ended. */
export const endsOf = (events: EngineEvent[]) =>
  events.flatMap((e) => (e.type === 'state' && e.state !== 'running' ? [e.state] : []))

/** Every file of a stage's artifact by its hash. */
export async function hashesOf({ artifacts }: Planned, { key }: Stage): Promise<string[]> {
  const { files } = await readManifest(artifactFolder(artifacts, key))
  return files.map(({ name, sha256 }) => `${name} ${sha256}`)
}
