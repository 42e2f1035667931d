import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Trial } from '../../../src-preload/contract'
import type { Job } from '../../engine/protocol'
import type { Reserve } from '../../data/machine/reserve'
import { badInput, LabError } from '../errors'
import { runErrand } from '../engine/errands'
import { isHomeLocked } from '../home/lock'
import type { Shelf } from '../home/shelf'
import type { SpawnEngine } from '../options'
import { readOf, type Paths } from '../queue/stage'
import type { Stage } from '../../science/stages'
import type { Store } from '../../store'
import { createEstimator, type Measured } from './estimates'
import type { Planner } from './planner'

/** After which a stage is given up. */
const LIMIT_MS = 60_000

interface Sources extends Paths {
  home: string
  store: Store
  shelf: Shelf
  planner: Pick<Planner, 'planned' | 'preview'>
  spawnEngine: SpawnEngine
  /** Filled by what is measured. */
  measured: Measured
  reserve: () => Reserve
  atOnce: () => number
}

/** Measures what a plan would take, for this session. */
export interface Measurer {
  /**
   * One stage of every likeness that this machine has no past of, each by a few of its steps; null when it was stopped.
   * @throws LabError `conflict` while stages are at work, which would be measured along
   */
  measure(spec: unknown): Promise<Trial[] | null>
  /** Stops a measurement; nothing where there is none. */
  stop(): null
  close(): void
}

export function createMeasurer(sources: Sources): Measurer {
  const { home, store, planner } = sources
  let current: AbortController | null = null
  const checkQuiet = () => {
    if (isHomeLocked(home) && store.stages.inState('running').length > 0)
      throw new LabError(
        'conflict',
        'Stages are at work, which would slow down what is measured. Measure when they are done.',
      )
  }
  const stop = () => {
    current?.abort()
    return null
  }
  return {
    async measure(spec) {
      if (current) throw new LabError('conflict', 'A measurement is under way already.')
      checkQuiet()
      const { signal } = (current = new AbortController())
      const scratch = await mkdtemp(join(tmpdir(), 'w2s-measure-'))
      try {
        const preview = await planner.preview(spec)
        if (!preview.valid) throw badInput(preview.problems)
        const { plan } = await planner.planned(spec)
        const waiting = new Map(preview.stages.filter(({ cached }) => !cached).map((stage) => [stage.key, stage]))
        const estimator = createEstimator(store, plan.stages, new Map(), sources.measured)
        const wanted = withNeeds(
          plan.stages,
          waiting,
          firstOf(plan.stages, estimator.likeness, (key) => waiting.get(key)?.rough),
        )
        const jobs = await Promise.all(wanted.map((stage) => jobOf(sources, scratch, stage, waiting)))
        signal.throwIfAborted()
        const { stages } = await runErrand(
          sources.spawnEngine,
          { type: 'measure', jobs, limitMs: LIMIT_MS },
          { signal },
        )
        checkQuiet()
        wanted.forEach((stage, i) => {
          const { seconds, memoryBytes: learner, processBytes: process } = stages[i]!
          if (seconds !== null) estimator.keep(stage, seconds, { learner, process })
        })
        return stages.map(({ key, seconds, memoryBytes, why }) => ({
          ...headOf(waiting.get(key)!),
          ...{ seconds, memoryBytes, why },
        }))
      } catch (error) {
        if (signal.aborted) return null
        throw error
      } finally {
        current = null
        await rm(scratch, { recursive: true, force: true })
      }
    },
    stop,
    close: () => void stop(),
  }
}

const headOf = ({ heading, title }: Pick<Trial, 'heading' | 'title'>) => ({ heading, title })

/** The first stage of each likeness, of those that are asked for. */
function firstOf(
  stages: readonly Stage[],
  likeness: (stage: Stage) => string,
  asked: (key: string) => boolean | undefined,
) {
  const first = new Map<string, string>()
  for (const stage of stages) if (asked(stage.key) && !first.has(likeness(stage))) first.set(likeness(stage), stage.key)
  return new Set(first.values())
}

/** The stages with these keys, each after what it needs that is not there yet. */
function withNeeds(stages: readonly Stage[], waiting: ReadonlyMap<string, unknown>, keys: Set<string>): Stage[] {
  for (const { key, needs } of stages.toReversed())
    if (keys.has(key)) for (const need of Object.values(needs)) if (waiting.has(need)) keys.add(need)
  return stages.filter(({ key }) => keys.has(key))
}

async function jobOf(
  { shelf, reserve, atOnce, ...places }: Sources,
  scratch: string,
  stage: Stage,
  waiting: ReadonlyMap<string, unknown>,
): Promise<Job> {
  const folder = (key: string) => (waiting.has(key) ? join(scratch, key) : shelf.folder(key))
  const needs = Object.fromEntries(Object.entries(stage.needs).map(([role, key]) => [role, folder(key)]))
  return { stage, needs, artifacts: scratch, ...(await readOf(places, stage)), reserve: reserve(), atOnce: atOnce() }
}
