import { parseSpec } from '../science/spec/parse'
import { planExperiment } from '../science/plan/plan'
import type { Stage } from '../science/stages'
import { formOf, namesIn, TASKS } from '../science/tasks'

/**
 * The pretrain stage of the word vectors that come with the app, as any plan over the bundled tasks has it:
 * `resources/ladders/<key>/` holds its artifact, so that nobody waits for it.
 */
export function bundledPretraining(): Extract<Stage, { kind: 'pretrain' }> {
  const parsed = parseSpec({
    version: 1,
    name: 'word vectors',
    tasks: ['spam'],
    weak: [{ model: 'words' }],
    strong: [{ model: 'vectors' }],
    methods: [{ method: 'naive' }],
    seeds: [0],
  })
  if (!parsed.ok) throw new Error(`word vectors: ${JSON.stringify(parsed.problems)}`)
  const tasks = Object.values(TASKS)
  const plan = planExperiment(parsed.spec, {
    sources: Object.fromEntries(
      tasks.map((t) => [t.id, { sha256: t.sha256, title: t.title, classes: namesIn(formOf(t)).length }]),
    ),
    bundled: Object.fromEntries(tasks.map((t) => [t.id, t.sha256])),
    checkpoints: {},
    backend: 'wasm',
  })
  const stage = plan.stages.find((s) => s.kind === 'pretrain')
  if (!stage) throw new Error('word vectors: expected a pretrain stage in a plan with word vectors, got none')
  return stage
}
