import { z } from 'zod'
import { accuracy } from '../metrics/variants/accuracy'
import { OPTIMISER, type OptimiserSpec } from '../optimiser'
import { partsOf } from './params'
import { problemsOf, type Problem } from './problems'
import type { ExperimentSpec } from './spec'
import type { Arm, StageFacts } from '../stages'

/** What every run before there was a choice did. */
const BEFORE = {
  redraw: 'order',
  measure: 'test',
  reference: false,
  elsewhere: false,
} as const satisfies Partial<ExperimentSpec>
/** What an optimiser was where a spec did not say, whatever it trained. */
const OPTIMISER_BEFORE: OptimiserSpec = {
  epochs: 10,
  batch: 32,
  lr: 0.01,
  schedule: 'cosine',
  weightDecay: 0,
  clipNorm: 0,
}

const part = z.strictObject(partsOf(OPTIMISER)).default({})
const roles = z.looseObject({ optimiser: z.strictObject({ weak: part, strong: part }) })

/**
 * A spec of an earlier version as it reads today. It is known by its optimiser, which named the roles: what that says, or
 * said by default, goes to every model of its side that does not say otherwise, and what the rest does not say means what
 * it meant then, not today's default. Anything else comes back as it is.
 * @returns with what is wrong with that optimiser, at its place in the input
 */
export function fromEarlier(input: unknown): { input: unknown; problems: Problem[] } {
  if (!isEarlier(input)) return { input, problems: [] }
  const parsed = roles.safeParse(input)
  const rest = { ...input }
  delete rest['optimiser']
  const { weak = {}, strong = {} } = parsed.success ? parsed.data.optimiser : {}
  return {
    input: { ...BEFORE, ...rest, weak: trainedBy(input['weak'], weak), strong: trainedBy(input['strong'], strong) },
    problems: parsed.success ? [] : problemsOf(parsed.error, input, roles),
  }
}

function isEarlier(input: unknown): input is Record<string, unknown> {
  if (typeof input !== 'object' || input === null || !('optimiser' in input)) return false
  const { optimiser } = input
  return typeof optimiser === 'object' && optimiser !== null && ('weak' in optimiser || 'strong' in optimiser)
}

/** Models of one side with its optimiser; what is no list of models is left to be refused. */
function trainedBy(models: unknown, side: object): unknown {
  if (!Array.isArray(models)) return models
  const optimiser = { ...OPTIMISER_BEFORE, ...side }
  return models.map((model: unknown) => (typeof model === 'object' && model !== null ? { optimiser, ...model } : model))
}

/**
 * A stored spec, which was parsed when it was stored; see `fromEarlier`. One that names no metric is of a time when there
 * was but accuracy, and one that says nothing of test sets from elsewhere asked about none.
 * @throws Error for what is none
 */
export function storedSpec(json: string): ExperimentSpec {
  const { input } = fromEarlier(JSON.parse(json))
  if (typeof input !== 'object' || input === null || !('tasks' in input)) throw new Error('expected a spec')
  const spec = input as ExperimentSpec
  return { ...spec, metric: spec.metric ?? accuracy.id, elsewhere: spec.elsewhere ?? BEFORE.elsewhere }
}

/**
 * Stored arms of a run with this spec. Those of earlier versions were all measured on test rows, and all models of a side
 * were trained by one optimiser.
 */
export function storedArms(json: string, spec: ExperimentSpec): Arm[] {
  const side = (name: 'weak' | 'strong') => ({ ...OPTIMISER_BEFORE, ...spec[name][0]?.optimiser })
  const before = { measure: BEFORE.measure, optimisers: { weak: side('weak'), strong: side('strong') } }
  return (JSON.parse(json) as Arm[]).map((arm) => ({ ...before, ...arm }))
}

/**
 * What the titles of a run's stages, in their order, say of them: earlier versions kept no facts. Those of a task follow
 * its data; its title stands among their parts where the run has several.
 */
export function storedFacts(stages: readonly { kind: string; title: string }[]): StageFacts[] {
  let task = ''
  return stages.map(({ kind, title }) => {
    const [does = '', ...parts] = title.split(' · ')
    const [, seed] = /^seed (\d+)$/.exec(parts.at(-1) ?? '') ?? []
    if (seed !== undefined) parts.pop()
    if (kind === 'data') task = parts.splice(0).join(' · ')
    const about = parts.join(' · ').replace(` · ${task}`, '').split(' · ')
    const of = about.pop() ?? ''
    return { does, by: about.join(' · '), from: '', of, task, seed: seed === undefined ? null : Number(seed) }
  })
}
