import type { Preview } from '../../src-preload/contract'
import { nameProblems, PlanError, type PlanContext } from '../science/feasible'
import { parseSpec, readNames } from '../science/parse'
import { planExperiment } from '../science/plan'
import type { Problem } from '../science/problems'
import type { ExperimentSpec } from '../science/spec'
import type { Plan, Stage } from '../science/stages'
import type { Store } from '../store'
import type { Checkpoints } from './checkpoints'
import { badInput } from './errors'
import { createEstimator } from './estimates'
import { spaceProblem } from './space'
import type { Shelf } from './shelf'
import { warningsOf } from './warnings'

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
  checkpoints: Pick<Checkpoints, 'context' | 'here'>
}

/** Role of a stage in an arm; null for what serves several. */
export function roleOf(stage: Stage) {
  return stage.kind === 'train' ? stage.config.role : null
}

/** A planner over what is in the store and on disk; it changes neither. */
export function createPlanner({ store, shelf, home, backend, tasks, checkpoints }: PlannerOptions): Planner {
  async function tryPlan(input: unknown): Promise<Planned | { problems: Problem[] }> {
    const parsed = parseSpec(input)
    const things = { ...tasks(), checkpoints: await checkpoints.context() }
    if (!parsed.ok) {
      const paths = new Set(parsed.problems.map(({ path }) => path))
      const missing = nameProblems(readNames(input), things).filter(({ path }) => !paths.has(path))
      return { problems: [...parsed.problems, ...missing] }
    }
    const context = { ...things, ...(await backend()) }
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
    const { bytes } = createEstimator(store, plan.stages, await checkpoints.here())
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
      const { plan } = planned
      const models = await checkpoints.here()
      const estimator = createEstimator(store, plan.stages, models)
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
        warnings: warningsOf(planned, { space: spaceProblem(home, needed), models, sources: tasks().sources }),
      }
    },
  }
}
