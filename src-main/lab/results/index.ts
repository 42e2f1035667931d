import type { ArmRef, ArmResult, Calls, Contrast, RunResult } from '../../../src-preload/contract'
import type { Arm } from '../../science/stages'
import { armResult, coversText, overall, type Redraw, type StopRule } from '../../science/metrics'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../home/shelf'
import type { Analyst } from './analyst'
import { headlineOf } from './headline'
import { dataFolder, factsOf, isLost, reportedSource, seedSource } from './inputs'

/** A run as far as its results go. */
interface Compared {
  arms: Arm[]
  /** What its seeds draw anew. */
  redraw: Redraw
  /** The metric that is told first. */
  metric: string
}

/** What came out of runs, from stored predictions alone. */
export interface Results {
  result(run: Compared & { id: string }, stop: StopRule): Promise<RunResult>
  cube(arms: Arm[], ref: ArmRef): Promise<ReturnType<Calls['cube']>>
  examples(arms: Arm[], query: Parameters<Calls['examples']>[0]): Promise<ReturnType<Calls['examples']>>
  example(arms: Arm[], query: Parameters<Calls['example']>[0]): Promise<ReturnType<Calls['example']>>
  /** What the list of runs tells: one line a finished arm, and all arms that the line is made from. */
  told(run: Compared, stop: StopRule): Promise<{ headline: string; arms: ArmResult[] }>
}

/** Results over a store; computed once, and again when a stage of theirs was finished anew. */
export function createResults(store: Store, shelf: Shelf, analyst: Analyst): Results {
  const { armOf, contrastsOf } = createComputer(store, shelf, analyst)

  /** @throws LabError `not-found`, also while one of the seed's stages is not done */
  function one(arms: Arm[], ref: ArmRef) {
    const arm = arms.find((a) => a.id === ref.armId)
    const seed = arm?.seeds.find((s) => s.seed === ref.seed)
    if (!arm || !seed) throw new LabError('not-found', `This run has no arm "${ref.armId}" with seed ${ref.seed}.`)
    const source = seedSource(store, shelf, seed)
    if (!source) throw new LabError('not-found', `Seed ${ref.seed} of "${arm.title}" is not finished.`)
    return { data: dataFolder(store, shelf, seed), stop: ref.stop, seed: source }
  }

  async function armsOf({ arms, redraw }: Compared, stop: StopRule): Promise<ArmResult[]> {
    const out: ArmResult[] = []
    // One at a time: reading an arm's predictions is quick, reading all of them at once is not.
    for (const arm of arms) out.push(await armOf(arm, redraw, stop))
    return out
  }

  return {
    async result(run, stop) {
      const results = await armsOf(run, stop)
      const seeds = run.arms.flatMap((arm) => arm.seeds)
      if (results.every((result) => result.seedsDone === 0) && seeds.some((seed) => isLost(store, seed)))
        throw new LabError('not-found', LOST)
      const contrasts: Contrast[] = []
      for (const task of new Set(run.arms.map((arm) => arm.task)))
        contrasts.push(
          ...(await contrastsOf(
            results.filter(({ arm }) => arm.task === task),
            stop,
          )),
        )
      return { runId: run.id, covers: coversText(results), arms: results, contrasts, overall: overall(results) }
    },
    cube: async (arms, ref) => analyst.ask({ type: 'cube', ...one(arms, ref) }),
    examples: async (arms, query) => analyst.ask({ type: 'examples', ...one(arms, query), query }),
    async example(arms, query) {
      const detail = await analyst.ask({ type: 'example', ...one(arms, query), index: query.index })
      if (!detail) throw new LabError('not-found', `There is no test example ${query.index}.`)
      return detail
    },
    async told(run, stop) {
      const arms = await armsOf(run, stop)
      const done = arms.filter((result) => result.seedsDone > 0)
      return { headline: headlineOf(done, run.arms, run.metric), arms }
    },
  }
}

/** Has arms and their differences computed; what is computed is remembered for as long as its facts hold. */
function createComputer(store: Store, shelf: Shelf, analyst: Analyst) {
  const arms = remembered<ArmResult>()
  const pairs = remembered<Contrast[]>()

  async function armOf(arm: Arm, redraw: Redraw, stop: StopRule): Promise<ArmResult> {
    const found = await arms(`${namesOf(arm)}/${redraw}/${stop}`, factsOf(store, arm), () => {
      const seeds = arm.seeds.flatMap((seed) => seedSource(store, shelf, seed) ?? [])
      const first = arm.seeds.find(({ seed }) => seed === seeds[0]?.seed)
      if (!first) return Promise.resolve(armResult({ arm, stop, classes: [], groups: [], redraw, seeds: [] }))
      return analyst.ask({ type: 'arm', data: dataFolder(store, shelf, first), arm, stop, redraw, seeds })
    })
    // Another run may know the same seeds as another arm.
    return { ...found, arm }
  }

  /** The paired differences between arms of one task. */
  async function contrastsOf(results: ArmResult[], stop: StopRule): Promise<Contrast[]> {
    const begun = results.filter((result) => result.seedsDone > 0)
    if (begun.length < 2) return []
    const facts = begun.map(({ arm }) => factsOf(store, arm)).join()
    return pairs(`${begun.map(({ arm }) => `${arm.id} ${namesOf(arm)}`).join()}/${stop}`, facts, () => {
      const arms = begun.map((result) => reportedSource(store, shelf, result))
      // Whatever a seed redraws, the test split is the same.
      const { arm, bySeed } = begun[0]!
      const first = arm.seeds.find(({ seed }) => seed === bySeed[0]!.seed)!
      return analyst.ask({ type: 'contrasts', data: dataFolder(store, shelf, first), arms })
    })
  }

  return { armOf, contrastsOf }
}

const LOST = 'The predictions of this run are not on disk any more. Resume it to make them again.'

const namesOf = (arm: Arm) =>
  arm.seeds.map(({ student, references = {} }) => [student, ...Object.values(references)].join('+')).join()

/** Computes what is asked for by name once, and again when the facts that it is made from are others. */
function remembered<T>() {
  const known = new Map<string, { facts: string; value: Promise<T> }>()
  return async (name: string, facts: string, compute: () => Promise<T>): Promise<T> => {
    const found = known.get(name)
    if (found?.facts === facts) return found.value
    const value = compute()
    known.set(name, { facts, value })
    return value.catch((error: unknown) => {
      known.delete(name)
      throw error
    })
  }
}
