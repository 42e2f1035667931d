import type { ArmRef, ArmResult, Calls, RunResult } from '../../../src-preload/contract'
import type { Arm, ArmSeed } from '../../science/stages'
import { armResult, type StopRule } from '../../science/metrics'
import type { StageRow, Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../shelf'
import type { SeedInput } from './analysis'
import type { Analyst } from './analyst'

/** What came out of runs, from stored predictions alone. */
export interface Results {
  result(run: { id: string; arms: Arm[] }, stop: StopRule): Promise<RunResult>
  cube(arms: Arm[], ref: ArmRef): Promise<ReturnType<Calls['cube']>>
  examples(arms: Arm[], query: Parameters<Calls['examples']>[0]): Promise<ReturnType<Calls['examples']>>
  example(arms: Arm[], query: Parameters<Calls['example']>[0]): Promise<ReturnType<Calls['example']>>
  /** One line a finished arm, for the list of runs. */
  headline(arms: Arm[], stop: StopRule): Promise<string>
}

export function createResults(store: Store, shelf: Shelf, analyst: Analyst): Results {
  const cached = new Map<string, { facts: string; result: Promise<ArmResult> }>()

  /** Rows of the four stages of a seed; null unless every one has been finished. */
  function finishedStages(seed: ArmSeed): Record<keyof Omit<ArmSeed, 'seed'>, StageRow> | null {
    const { weak, labels, student, ceiling } = seed
    const rows = [weak, labels, student, ceiling].map((key) => store.stages.byKey(key))
    if (rows.some((row) => !row || row.doneAttempt === 0)) return null
    const [w, l, s, c] = rows as [StageRow, StageRow, StageRow, StageRow]
    return { weak: w, labels: l, student: s, ceiling: c }
  }

  function seedInput(seed: ArmSeed): SeedInput | null {
    const rows = finishedStages(seed)
    if (!rows) return null
    const of = (row: StageRow, split: string) => {
      const evaluations = store.predictions.of(row.id, row.doneAttempt, split)
      if (evaluations.length > 0) return evaluations
      throw new LabError('storage', `The predictions of "${row.title}" are not in the store.`)
    }
    const last = (row: StageRow, split: string) => of(row, split).at(-1)!.probabilities
    const student = of(rows.student, 'test')
    return {
      seed: seed.seed,
      weak: last(rows.weak, 'test'),
      weakValidation: last(rows.weak, 'validation'),
      ceiling: last(rows.ceiling, 'test'),
      steps: student.map((evaluation) => evaluation.step),
      student: student.map((evaluation) => evaluation.probabilities),
      studentValidation: of(rows.student, 'validation').map((evaluation) => evaluation.probabilities),
    }
  }

  /** Folder with the examples of an arm: its seeds share one `data` stage. */
  function dataFolder(arm: Arm): string {
    const weak = store.stages.byKey(arm.seeds[0]!.weak)
    const data = weak && store.needs.of(weak.id).find((need) => need.role === 'data')
    if (!data) throw new LabError('not-found', 'The stages of this run are not in the store.')
    if (!shelf.has(data.key, 'own'))
      throw new LabError(
        'not-found',
        'The examples of this run are not on disk any more. Resume it to make them again.',
      )
    return shelf.folder(data.key, 'own')
  }

  /** Changes whenever a result would. */
  function factsOf(arm: Arm): string {
    return arm.seeds
      .map((seed) => {
        const rows = finishedStages(seed)
        return rows ? Object.values(rows).map((row) => `${row.id}.${row.doneAttempt}`) : '-'
      })
      .join()
  }

  async function armOf(arm: Arm, stop: StopRule): Promise<ArmResult> {
    const name = `${arm.seeds.map((seed) => seed.student).join()}/${stop}`
    const facts = factsOf(arm)
    const known = cached.get(name)
    if (known?.facts === facts) return { ...(await known.result), arm }
    const seeds = arm.seeds.flatMap((seed) => seedInput(seed) ?? [])
    if (seeds.length === 0) return armResult({ arm, stop, classes: 2, seeds: [] })
    const result = analyst.ask({ type: 'arm', data: dataFolder(arm), arm, stop, seeds })
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
    const input = seedInput(seed)
    if (!input) throw new LabError('not-found', `Seed ${ref.seed} of "${arm.title}" is not finished.`)
    return { data: dataFolder(arm), stop: ref.stop, seed: input }
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
      return done.map(lineOf).join('\n')
    },
  }
}

/** E.g. "naive: PGR 0.52 (0.41 to 0.63)". */
function lineOf({ arm, pgr, student }: ArmResult): string {
  if (pgr?.defined) return `${arm.methodTitle}: PGR ${two(pgr.value)} (${two(pgr.low)} to ${two(pgr.high)})`
  return `${arm.methodTitle}: student ${two(student?.value ?? NaN)}, PGR undefined`
}

const two = (value: number) => value.toFixed(2)
