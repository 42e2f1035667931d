import type {
  ArmName,
  ArmRef,
  ArmResult,
  Calls,
  Comparison,
  Contrast,
  Facets,
  RunResult,
} from '../../../src-preload/contract'
import type { Arm } from '../../science/stages'
import { armResult, coversText, overall, type Redraw, type Stop } from '../../science/metrics'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../home/shelf'
import type { Analyst } from './analyst'
import { headlineOf } from './headline'
import { dataFolder, factsOf, isLost, reportedSource, seedSource } from './inputs'
import type { Memory } from './memory'
import { armIn, checkComparable, commonSeed, createFinder, type ArmsOf } from './pairs'
import { remarksOf } from './remarks'

/** A run as far as its results go. */
interface Compared {
  arms: Arm[]
  /** What its seeds draw anew. */
  redraw: Redraw
  /** The metric that is told first. */
  metric: string
}

/** An arm, and what its seeds draw anew. */
interface Asked {
  arm: Arm
  redraw: Redraw
}
/** An arm's result, and what its seeds draw anew. */
interface Drawing {
  result: ArmResult
  redraw: Redraw
}

/** What came out of runs, from stored predictions alone. */
export interface Results {
  result(run: Compared & { id: string }, stop: Stop): Promise<Omit<RunResult, 'looks'>>
  /** @param armsOf arms of a run by its id, here and below */
  cube(armsOf: ArmsOf, ref: ArmRef): Promise<ReturnType<Calls['cube']>>
  facets(armsOf: ArmsOf, ref: ArmRef): Promise<Facets>
  /**
   * @param runOf a run by its id
   * @throws LabError `bad-input` where the arms are of other tasks or test rows, `not-found` where both have no seed
   */
  compare(runOf: (id: string) => Compared, query: Parameters<Calls['compare']>[0]): Promise<Comparison>
  examples(armsOf: ArmsOf, query: Parameters<Calls['examples']>[0]): Promise<ReturnType<Calls['examples']>>
  example(armsOf: ArmsOf, query: Parameters<Calls['example']>[0]): Promise<ReturnType<Calls['example']>>
  /** Name of a test example by its content; null where there is no such. */
  nameOf(armsOf: ArmsOf, of: ArmName & { seed: number; index: number }): Promise<string | null>
  /** What the list of runs tells: one line a finished arm, and all arms that the line is made from. */
  told(run: Compared, stop: Stop): Promise<{ headline: string; arms: ArmResult[] }>
}

/** Results over a store; computed once, and again when a stage of theirs was finished anew. */
export function createResults(store: Store, shelf: Shelf, analyst: Analyst, memory: Memory): Results {
  const { armOf, contrastsOf, comparisonOf } = createComputer(store, shelf, analyst, memory)
  const find = createFinder(store, shelf)

  async function armsOf({ arms, redraw }: Compared, stop: Stop): Promise<ArmResult[]> {
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
    cube: async (armsOf, ref) => analyst.ask({ type: 'cube', ...find(armsOf, ref) }),
    facets: async (armsOf, ref) => analyst.ask({ type: 'facets', ...find(armsOf, ref) }),
    async compare(runOf, { arm, against, stop }) {
      const [one, other] = [arm, against].map(({ runId, armId }) => {
        const { arms, redraw } = runOf(runId)
        return { arm: armIn(arms, armId), redraw }
      }) as [Asked, Asked]
      checkComparable(one.arm, other.arm)
      const drawing = async ({ arm, redraw }: Asked) => ({ result: await armOf(arm, redraw, stop), redraw })
      return comparisonOf(await drawing(one), await drawing(other), stop)
    },
    async examples(armsOf, query) {
      const remarks = remarksOf(store, armIn(armsOf(query.runId), query.armId).task)
      return analyst.ask({ type: 'examples', ...find(armsOf, query), query, remarks })
    },
    nameOf: async (armsOf, { index, ...ref }) =>
      analyst.ask({ type: 'name', ...find(armsOf, { ...ref, stop: 'last' }), index }),
    async example(armsOf, query) {
      const detail = await analyst.ask({ type: 'example', ...find(armsOf, query), index: query.index })
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
function createComputer(store: Store, shelf: Shelf, analyst: Analyst, memory: Memory) {
  const arms = memory.of<ArmResult>('arm')
  const pairs = memory.of<Contrast[]>('contrasts')
  const comparisons = memory.of<Comparison>('comparison')

  async function armOf(arm: Arm, redraw: Redraw, stop: Stop): Promise<ArmResult> {
    const found = await arms(`${namesOf(arm)}/${redraw}/${stop}`, factsOf(store, shelf, [arm]), () => {
      const seeds = arm.seeds.flatMap((seed) => seedSource(store, shelf, seed) ?? [])
      const first = arm.seeds.find(({ seed }) => seed === seeds[0]?.seed)
      if (!first) return Promise.resolve(armResult({ arm, stop, classes: [], groups: [], redraw, seeds: [] }))
      return analyst.ask({ type: 'arm', data: dataFolder(store, shelf, first), arm, stop, redraw, seeds })
    })
    // Another run may know the same seeds as another arm.
    return { ...found, arm }
  }

  /** The paired differences between arms of one task. */
  async function contrastsOf(results: ArmResult[], stop: Stop): Promise<Contrast[]> {
    const begun = results.filter((result) => result.seedsDone > 0)
    if (begun.length < 2) return []
    const facts = factsOf(
      store,
      shelf,
      begun.map(({ arm }) => arm),
    )
    return pairs(`${begun.map(({ arm }) => `${arm.id} ${namesOf(arm)}`).join()}/${stop}`, facts, () => {
      const arms = begun.map((result) => reportedSource(store, shelf, result))
      // Whatever a seed redraws, the test split is the same.
      const { arm, bySeed } = begun[0]!
      const first = arm.seeds.find(({ seed }) => seed === bySeed[0]!.seed)!
      return analyst.ask({ type: 'contrasts', data: dataFolder(store, shelf, first), arms })
    })
  }

  async function comparisonOf(one: Drawing, other: Drawing, stop: Stop): Promise<Comparison> {
    const both = [one, other]
    const name = both.map(({ result: { arm }, redraw }) => `${arm.id} ${namesOf(arm)} ${redraw}`).join('/')
    const facts = factsOf(store, shelf, [one.result.arm, other.result.arm])
    const found = await comparisons(`${name}/${stop}`, facts, () => {
      const seed = commonSeed(one.result, other.result)
      const source = ({ result, redraw }: Drawing) => ({
        ...{ ...reportedSource(store, shelf, result), redraw },
        data: dataFolder(
          store,
          shelf,
          result.arm.seeds.find((s) => s.seed === seed)!,
        ),
      })
      const [arm, against] = [source(one), source(other)]
      return analyst.ask({ type: 'comparison', data: arm.data, stop, arm, against })
    })
    return { ...found, arm: one.result.arm, against: other.result.arm }
  }

  return { armOf, contrastsOf, comparisonOf }
}

const LOST = 'The predictions of this run are not on disk any more. Resume it to make them again.'

const namesOf = (arm: Arm) =>
  arm.seeds.map(({ student, references = {} }) => [student, ...Object.values(references)].join('+')).join()
