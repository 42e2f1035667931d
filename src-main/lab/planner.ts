import type { Preview } from '../../src-preload/contract'
import { MODELS } from '../science/models'
import { parseSpec } from '../science/parse'
import { planExperiment, PlanError, type PlanContext } from '../science/plan'
import type { Problem } from '../science/problems'
import type { ExperimentSpec } from '../science/spec'
import type { Plan, Stage } from '../science/stages'
import type { Store } from '../store'
import type { Checkpoints } from './checkpoints'
import { badInput } from './errors'
import { createEstimator } from './estimates'
import { spaceProblem } from './space'
import type { Shelf } from './shelf'

export interface Planned {
  spec: ExperimentSpec
  plan: Plan
}
/** From what a user wrote to what would be done. */
export interface Planner {
  /** @throws LabError `bad-input` with every problem */
  plan(spec: unknown): Promise<Planned>
  preview(spec: unknown): Promise<Preview>
  /** Bytes that the stages that are not there yet will take. */
  bytes(plan: Plan): Promise<number>
}

interface PlannerOptions {
  store: Store
  shelf: Shelf
  home: string
  backend: () => Promise<Pick<PlanContext, 'backend' | 'bf16'>>
  tasks: () => Pick<PlanContext, 'sources' | 'bundled'>
  checkpoints: Pick<Checkpoints, 'context' | 'sizes'>
}

/** Role of a stage in an arm; null for what serves several. */
export function roleOf(stage: Stage) {
  return stage.kind === 'train' ? stage.config.role : null
}

/** A planner over what is in the store and on disk; it changes neither. */
export function createPlanner({ store, shelf, home, backend, tasks, checkpoints }: PlannerOptions): Planner {
  async function tryPlan(input: unknown): Promise<Planned | { problems: Problem[] }> {
    const parsed = parseSpec(input)
    if (!parsed.ok) return { problems: parsed.problems }
    const context = { ...tasks(), checkpoints: await checkpoints.context(), ...(await backend()) }
    try {
      return { spec: parsed.spec, plan: planExperiment(parsed.spec, context) }
    } catch (error) {
      if (error instanceof PlanError) return { problems: error.problems }
      throw error
    }
  }

  function isCached(key: string): boolean {
    const done = store.stages.byKey(key)?.state === 'done'
    return shelf.has(key, 'bundled') || (done && shelf.has(key, 'own'))
  }

  async function bytes(plan: Plan): Promise<number> {
    const { bytes } = createEstimator(store, plan.stages, await checkpoints.sizes())
    return plan.stages.filter((stage) => !isCached(stage.key)).reduce((sum, stage) => sum + bytes(stage), 0)
  }

  return {
    bytes,
    async plan(input) {
      const planned = await tryPlan(input)
      if ('problems' in planned) throw badInput(planned.problems)
      return planned
    },
    async preview(input) {
      const planned = await tryPlan(input)
      if ('problems' in planned) return { valid: false, problems: planned.problems }
      const { plan, spec } = planned
      const estimator = createEstimator(store, plan.stages, await checkpoints.sizes())
      const stages = plan.stages.map((stage) => {
        const cached = isCached(stage.key)
        const estimateSeconds = cached ? 0 : estimator.seconds(stage)
        return { key: stage.key, kind: stage.kind, role: roleOf(stage), title: stage.title, cached, estimateSeconds }
      })
      const needed = await bytes(plan)
      const seconds = stages.map((stage) => stage.estimateSeconds)
      return {
        valid: true,
        stages,
        arms: plan.arms,
        seconds: seconds.includes(null) ? null : seconds.reduce<number>((sum, s) => sum + (s ?? 0), 0),
        bytes: needed,
        warnings: warningsOf(spec, spaceProblem(home, needed)),
      }
    },
  }
}

/** What a user should know before pressing Run. */
function warningsOf(spec: ExperimentSpec, space: string): string[] {
  const warnings = space === '' ? [] : [space]
  if (spec.seeds.length < 3)
    warnings.push('Fewer than 3 seeds: the interval over seeds says little. The paper’s code asks for several too.')
  for (const [side, lr] of fastFinetuning(spec))
    warnings.push(
      `Learning rate ${lr} of the ${side} model: finetuning a pretrained transformer wants about 0.00001 to 0.0003; more destroys what it knows.`,
    )
  if (spec.sizes.test < 300)
    warnings.push(
      `With ${spec.sizes.test} test examples an accuracy is only known to about ±${margin(spec.sizes.test)} points.`,
    )
  return warnings
}

/** The sides whose pretrained weights would be trained too fast. */
function fastFinetuning({ weak, strong, optimiser }: ExperimentSpec): ['weak' | 'strong', number][] {
  const sides = [
    ['weak', weak],
    ['strong', strong],
  ] as const
  return sides
    .filter(([side, models]) => optimiser[side].lr > FASTEST && models.some(({ model }) => isFinetuned(model)))
    .map(([side]) => [side, optimiser[side].lr])
}

/** Beyond this rate finetuning a transformer of any size forgets. */
const FASTEST = 1e-3
const isFinetuned = (model: string) => MODELS[model]!.start === 'checkpoint'

/** Half width of the 95 % interval of an accuracy of 0.85, in points. */
const margin = (n: number) => Math.round(100 * 1.96 * Math.sqrt((0.85 * 0.15) / n))
