import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Expected, PlannedStage, Preview, StageRoom, Together } from '../../../src-preload/contract'
import { ASKABLE } from '../../science/backends'
import type { PlanContext } from '../../science/plan/context'
import { nameProblems, PlanError } from '../../science/plan/feasible'
import { coursesOf } from '../../science/spec/courses'
import { mentions } from '../../science/spec/mentions'
import { parseSpec, readNames } from '../../science/spec/parse'
import { planInSteps } from '../../science/plan/plan'
import { planPretraining, pretrainProblems } from '../../science/pretraining/plan'
import { isPretraining, parsePretraining, type PretrainSpec } from '../../science/pretraining/spec'
import { MOST_PROBLEMS, type Problem } from '../../science/spec/problems'
import type { ExperimentSpec } from '../../science/spec/spec'
import { kindOf, stageTitles, type Plan } from '../../science/stages'
import { inherited } from '../../science/plan/training'
import type { Store } from '../../store'
import type { Corpora } from '../corpora'
import type { Backends } from '../engine/backends'
import type { Asked } from '../engine/choices'
import type { Checkpoints } from './checkpoints'
import { badInput } from '../errors'
import { createPowerEstimator } from './energy'
import { createEstimator, type Measured, type ModelSizes } from './estimates'
import { createRoomEstimator, type Memory } from './memory'
import type { Shelf } from '../home/shelf'
import { spaceProblem } from '../home/space'
import { warningsOf } from './warnings'

export interface Planned {
  spec: ExperimentSpec | PretrainSpec
  plan: Plan
}
/** From what a user wrote to what would be done. */
export interface Planner {
  /** The plan alone: neither what of it is there nor what the rest takes. @throws LabError `bad-input` with every problem */
  planned(spec: unknown): Promise<Planned>
  /** `bytes`: room that the stages that are not there yet will take. @throws LabError `bad-input` with every problem */
  plan(spec: unknown): Promise<Planned & { bytes: number; expected: Expected }>
  preview(spec: unknown): Promise<Preview>
}

type Known = Awaited<ReturnType<Checkpoints['known']>>

interface PlannerOptions {
  store: Store
  shelf: Shelf
  home: string
  computing: Backends['planned']
  /** Of what that computes on, as far as is known. */
  memory: () => Memory
  tasks: () => Pick<PlanContext, 'sources' | 'bundled'>
  checkpoints: Pick<Checkpoints, 'known'>
  corpora: Pick<Corpora, 'list'>
  /** What was measured in this session. */
  measured: Measured
  /** Stages that would be computed at a time. */
  atOnce: () => number
}

/** A planner over what is in the store and on disk; it changes neither, and leaves others their turn. */
export function createPlanner(options: PlannerOptions): Planner {
  const { home, tasks, checkpoints } = options
  const planOnce = keepingLast((input, known) => tryPlan(options, input, known), options)
  /** What an input comes to; every look at the models, the past and the disk is taken once. */
  async function look(input: unknown) {
    const known = await checkpoints.known()
    const planned = await planOnce(input, known)
    if ('problems' in planned) return { ...planned, known }
    return { planned, known, ...(await inTurns(stagesOf(options, planned.plan, known.here))) }
  }

  return {
    async planned(input) {
      const planned = await planOnce(input, await checkpoints.known())
      if ('problems' in planned) throw badInput(planned.problems)
      return planned
    },
    async plan(input) {
      const seen = await look(input)
      if ('problems' in seen) throw badInput(seen.problems)
      return { ...seen.planned, bytes: seen.bytes, expected: expectedOf(seen) }
    },
    async preview(input) {
      const seen = await look(input)
      const courses = coursesOf(input)
      if ('problems' in seen)
        return { valid: false, problems: seen.problems, courses, price: await priceOf(options, input, seen) }
      const { planned, known, stages, bytes, needs, together, joules } = seen
      const space = spaceProblem(home, bytes)
      const seconds = secondsOf(stages)
      const wattHours = seconds === null || joules === 0 ? null : joules / 3600
      const standing = { courses, stages, seconds, bytes, needs, together, wattHours }
      const { spec, plan } = planned
      if (isPretraining(spec)) {
        const warnings = space === '' ? [] : [space]
        return { valid: true, spec: null, pretraining: spec, models: [], arms: [], ...standing, warnings }
      }
      const circumstances = { space, models: known.here, sources: tasks().sources, checkpoints: known.context }
      return {
        valid: true,
        spec,
        pretraining: null,
        models: modelsIn(spec, known.context),
        arms: plan.arms,
        ...standing,
        warnings: warningsOf({ spec, plan }, circumstances),
      }
    },
  }
}

type TryPlan = (input: unknown, known: Known) => Promise<Planned | { problems: Problem[] }>

/**
 * The same, its last answer kept: who shows a draft asks several things about it at once, and each needs its plan. Kept for
 * as long as the input and all that a plan is made from stay the same.
 */
function keepingLast(plan: TryPlan, { tasks, computing, corpora }: PlannerOptions): TryPlan {
  let last: { facts: string; answer: ReturnType<TryPlan> } | null = null
  return async (input, known) => {
    const facts = JSON.stringify([input, tasks(), corpora.list(), known.context, await computing(askedIn(input))])
    if (last?.facts !== facts) last = { facts, answer: plan(input, known) }
    return last.answer
  }
}

/** What an input asks to be computed by, whatever else is wrong with it. */
function askedIn(input: unknown): Asked {
  const { backend, fallback } =
    ((typeof input === 'object' ? input : null) as { backend?: unknown; fallback?: unknown } | null) ?? {}
  return { backend: ASKABLE.find((id) => id === backend) ?? 'auto', fallback: fallback === true }
}

/** What an input that lacks nothing but models to be fetched would take with them. */
async function priceOf(
  options: PlannerOptions,
  input: unknown,
  { problems, known }: { problems: Problem[]; known: Known },
) {
  if (!problems.every(({ path }) => path.endsWith('.checkpoint'))) return null
  const fetched = [...known.absent].map(([key, { id }]) => [id, { ...known.context[id]!, key }] as const)
  const planned = await tryPlan(options, input, {
    ...known,
    context: { ...known.context, ...Object.fromEntries(fetched) },
  })
  if ('problems' in planned) return null
  const { stages, bytes } = await inTurns(stagesOf(options, planned.plan, new Map([...known.here, ...known.absent])))
  return { stages: stages.length, seconds: secondsOf(stages), rough: stages.some(({ rough }) => rough), bytes }
}

/** What is to be held against what will have happened. */
function expectedOf({ stages, needs }: { stages: PlannedStage[]; needs: StageRoom[] }): Expected {
  const rough = stages.some((stage) => stage.rough)
  return { seconds: secondsOf(stages), rough, memoryBytes: needs[0]?.total ?? null }
}

/** Of all stages one after the other; null where nothing is known of one. */
function secondsOf(stages: readonly PlannedStage[]): number | null {
  const seconds = stages.map((stage) => stage.estimateSeconds)
  return seconds.includes(null) ? null : seconds.reduce<number>((sum, each) => sum + (each ?? 0), 0)
}

async function tryPlan(
  options: PlannerOptions,
  input: unknown,
  known: Known,
): Promise<Planned | { problems: Problem[] }> {
  if (isPretraining(input)) return tryPretraining(options, input, known)
  const { tasks, computing } = options
  const parsed = parseSpec(input)
  const things = { ...tasks(), checkpoints: known.context }
  if (!parsed.ok) {
    const paths = new Set(parsed.problems.map(({ path }) => path))
    const missing = nameProblems(readNames(input), things).filter(({ path }) => !paths.has(path))
    return { problems: [...parsed.problems, ...missing].slice(0, MOST_PROBLEMS) }
  }
  const context = { ...things, ...(await computing(askedIn(parsed.spec))) }
  try {
    return { spec: parsed.spec, plan: await inTurns(planInSteps(parsed.spec, context)) }
  } catch (error) {
    if (error instanceof PlanError) return { problems: error.problems }
    throw error
  }
}

async function tryPretraining({ computing, corpora }: PlannerOptions, input: unknown, known: Known) {
  const parsed = parsePretraining(input)
  if (!parsed.ok) return parsed
  const texts = Object.fromEntries(corpora.list().map(({ id, sha256 }) => [id, sha256]))
  const context = { corpora: texts, taken: known.taken, ...(await computing(askedIn(input))) }
  const problems = pretrainProblems(parsed.spec, context)
  return problems.length > 0 ? { problems } : { spec: parsed.spec, plan: planPretraining(parsed.spec, context) }
}

interface Looked {
  stages: PlannedStage[]
  bytes: number
  needs: StageRoom[]
  together: Together
  /** Energy that the cards take, as far as is known; 0 where they take none. */
  joules: number
}

/** The stages of a plan as they would go, one after the other. */
function* stagesOf(
  { store, shelf, memory, measured, atOnce }: PlannerOptions,
  plan: Plan,
  models: ModelSizes,
): Generator<undefined, Looked> {
  const estimator = createEstimator(store, plan.stages, models, measured)
  const within = memory()
  const rooms = createRoomEstimator(store, plan.stages, models, within, measured.held)
  const power = createPowerEstimator(store, within)
  let joules = 0
  const needs = new Map<string, StageRoom>()
  const totals: number[] = []
  const stages: PlannedStage[] = []
  let bytes = 0
  const titles = stageTitles(plan.stages.map(({ facts }) => facts))
  for (const [i, stage] of plan.stages.entries()) {
    const { key, kind, config } = stage
    const done = store.stages.byKey(key)?.state === 'done'
    const cached = shelf.has(key, 'bundled') || (done && shelf.has(key, 'own'))
    if (!cached) bytes += estimator.bytes(stage)
    const estimateSeconds = cached ? 0 : estimator.seconds(stage)
    const [heading, title] = [kindOf(kind).heading(config), titles[i]!]
    if (!cached) totals.push(keepLargest(needs, { heading, title, ...rooms.room(stage) }))
    joules += (power(stage, estimator.likeness(stage)) ?? 0) * (estimateSeconds ?? 0)
    stages.push({
      key,
      heading,
      title,
      cached,
      estimateSeconds,
      rough: !cached && estimator.rough(stage),
    })
    yield
  }
  const sorted = [...needs.values()].sort((a, b) => b.total - a.total)
  return { stages, bytes, needs: sorted, together: largestOf(totals, atOnce()), joules }
}

/** Memory of the stages that take most, of as many as are computed at a time. */
function largestOf(totals: readonly number[], atOnce: number): Together {
  const most = totals.toSorted((a, b) => b - a).slice(0, atOnce)
  return { stages: most.length, bytes: most.reduce((sum, total) => sum + total, 0) }
}

/** Seeds, tasks and methods share what their nets hold: the largest of them says it for all. */
function keepLargest(needs: Map<string, StageRoom>, room: StageRoom): number {
  const name = `${room.heading} ${room.weights} ${room.moments}`
  if ((needs.get(name)?.total ?? -1) < room.total) needs.set(name, room)
  return room.total
}

function modelsIn(spec: ExperimentSpec, known: Known['context']) {
  return mentions(spec).map(({ path, setting }) => ({ path, optimiser: inherited(setting, spec.optimiser, known) }))
}

/** Longest time in a row, in ms, that planning takes from who serves the window. */
const TURN = 10

/** Goes through the steps of some work, with a turn for others in between. */
async function inTurns<T>(steps: Generator<undefined, T>): Promise<T> {
  for (let since = performance.now(); ;) {
    const { done, value } = steps.next()
    if (done) return value
    if (performance.now() - since < TURN) continue
    await nextTurn()
    since = performance.now()
  }
}
