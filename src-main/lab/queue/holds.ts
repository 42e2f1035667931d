import { storedArms, storedSpec } from '../../science/spec/earlier'
import { isPretraining } from '../../science/pretraining/spec'
import type { Arm } from '../../science/stages'
import type { RunRow, StageRow, Store } from '../../store'

/** From so many failures of one cause on an arm is held: one may be chance. */
const TWICE = 2

/** Why a stage failed, as far as another failure may be for the same reason. */
const causeOf = ({ cause, error }: StageRow): string => cause || error.split('\n', 1)[0]!

/**
 * After a stage has failed: holds back what is left of every arm in which stages have failed twice for the same cause, in
 * all live runs that want it. Part of the caller's transaction.
 */
export function holdFailing(store: Store, failed: StageRow): void {
  for (const id of store.runs.withStage(failed.id)) {
    const run = store.runs.get(id)
    if (!run || run.ended) continue
    const before = store.holds.of(id)
    const arms = armsWithStages(store, run)
    const cause = causeOf(store.stages.byKey(failed.key)!)
    for (const { arm, stages } of arms.filter(({ stages }) => stages.has(failed.id))) {
      const known = before.find((hold) => hold.arm === arm.id && hold.cause === cause)
      const failures = failuresOf(store, id, stages, cause)
      if (known?.held || failures - (known?.failures ?? 0) < TWICE) continue
      store.holds.put({ run: id, arm: arm.id, cause, failures, held: 1 })
    }
    applyHolds(store, run, arms)
  }
}

/** Lets what is left of an arm go on; only further failures, twice again, hold it back once more. */
export function release(store: Store, run: RunRow, arm: string): void {
  for (const hold of store.holds.of(run.id)) if (hold.arm === arm && hold.held) store.holds.put({ ...hold, held: 0 })
  applyHolds(store, run, armsWithStages(store, run))
}

interface ArmStages {
  arm: Arm
  stages: ReadonlySet<number>
}

/** What an arm that is held shares with one that is not goes on. */
function applyHolds(store: Store, run: RunRow, arms: readonly ArmStages[]): void {
  const held = new Set(store.holds.of(run.id).flatMap((hold) => (hold.held ? [hold.arm] : [])))
  const free = new Set(arms.filter(({ arm }) => !held.has(arm.id)).flatMap(({ stages }) => [...stages]))
  const back = arms.filter(({ arm }) => held.has(arm.id)).flatMap(({ stages }) => [...stages])
  store.holds.set(
    run.id,
    back.filter((stage) => !free.has(stage)),
  )
}

/** Stages of a run that were begun and failed for a cause. */
function failuresOf(store: Store, run: string, stages: ReadonlySet<number>, cause: string): number {
  const failed = store.runStages.of(run).filter(({ state, startedAt }) => state === 'failed' && startedAt !== null)
  return failed.filter((row) => stages.has(row.id) && causeOf(row) === cause).length
}

/** Every arm with all stages that its result is made from; none of a run that makes models. */
function armsWithStages(store: Store, run: RunRow): ArmStages[] {
  if (isPretraining(JSON.parse(run.spec))) return []
  const rows = new Map(store.runStages.of(run.id).map((row) => [row.key, row]))
  const needs = new Map<string, string[]>()
  const needsOf = (key: string) => {
    const known = needs.get(key) ?? store.needs.of(rows.get(key)!.id).map((need) => need.key)
    needs.set(key, known)
    return known
  }
  return storedArms(run.arms, storedSpec(run.spec)).map((arm) => {
    const stages = new Set<number>()
    const visit = (key: string): void => {
      const row = rows.get(key)
      if (!row || stages.has(row.id)) return
      stages.add(row.id)
      needsOf(key).forEach(visit)
    }
    for (const { weak, labels, student, ceiling, references = {} } of arm.seeds)
      [weak, labels, student, ceiling, ...Object.values(references)].forEach(visit)
    return { arm, stages }
  })
}
