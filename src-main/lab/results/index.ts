import type { ArmRef, ArmResult, Calls, RunResult } from '../../../src-preload/contract'
import type { Arm } from '../../science/stages'
import { armResult, type StopRule } from '../../science/metrics'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../shelf'
import type { Analyst } from './analyst'
import { headlineOf } from './headline'
import { dataFolder, factsOf, seedInput } from './inputs'

/** What came out of runs, from stored predictions alone. */
export interface Results {
  result(run: { id: string; arms: Arm[] }, stop: StopRule): Promise<RunResult>
  cube(arms: Arm[], ref: ArmRef): Promise<ReturnType<Calls['cube']>>
  examples(arms: Arm[], query: Parameters<Calls['examples']>[0]): Promise<ReturnType<Calls['examples']>>
  example(arms: Arm[], query: Parameters<Calls['example']>[0]): Promise<ReturnType<Calls['example']>>
  /** One line a finished arm, for the list of runs. */
  headline(arms: Arm[], stop: StopRule): Promise<string>
}

/** Results over a store; computed once, and again when a stage of theirs was finished anew. */
export function createResults(store: Store, shelf: Shelf, analyst: Analyst): Results {
  const cached = new Map<string, { facts: string; result: Promise<ArmResult> }>()

  async function armOf(arm: Arm, stop: StopRule): Promise<ArmResult> {
    const name = `${arm.seeds.map((seed) => seed.student).join()}/${stop}`
    const facts = factsOf(store, arm)
    const known = cached.get(name)
    if (known?.facts === facts) return { ...(await known.result), arm }
    const seeds = arm.seeds.flatMap((seed) => seedInput(store, seed) ?? [])
    const first = arm.seeds.find(({ seed }) => seed === seeds[0]?.seed)
    if (!first) return armResult({ arm, stop, classes: 2, seeds: [] })
    const result = analyst.ask({ type: 'arm', data: dataFolder(store, shelf, first), arm, stop, seeds })
    cached.set(name, { facts, result })
    return result.catch((error: unknown) => {
      cached.delete(name)
      throw error
    })
  }

  /** @throws LabError `not-found`, also while one of the seed's stages is not done */
  function one(arms: Arm[], ref: ArmRef) {
    const arm = arms.find((a) => a.id === ref.armId)
    const seed = arm?.seeds.find((s) => s.seed === ref.seed)
    if (!arm || !seed) throw new LabError('not-found', `This run has no arm "${ref.armId}" with seed ${ref.seed}.`)
    const input = seedInput(store, seed)
    if (!input) throw new LabError('not-found', `Seed ${ref.seed} of "${arm.title}" is not finished.`)
    return { data: dataFolder(store, shelf, seed), stop: ref.stop, seed: input }
  }

  async function armsOf(arms: Arm[], stop: StopRule): Promise<ArmResult[]> {
    const out: ArmResult[] = []
    // One at a time: reading an arm's predictions is quick, reading all of them at once is not.
    for (const arm of arms) out.push(await armOf(arm, stop))
    return out
  }

  return {
    result: async ({ id, arms }, stop) => ({ runId: id, arms: await armsOf(arms, stop) }),
    cube: async (arms, ref) => analyst.ask({ type: 'cube', ...one(arms, ref) }),
    examples: async (arms, query) => analyst.ask({ type: 'examples', ...one(arms, query), query }),
    async example(arms, query) {
      const detail = await analyst.ask({ type: 'example', ...one(arms, query), index: query.index })
      if (!detail) throw new LabError('not-found', `There is no test example ${query.index}.`)
      return detail
    },
    async headline(arms, stop) {
      const done = (await armsOf(arms, stop)).filter((result) => result.seedsDone > 0)
      return headlineOf(done, arms)
    },
  }
}
