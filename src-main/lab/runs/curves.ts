import type { Calls, Curve } from '../../../src-preload/contract'
import type { Split } from '../../science/stages'
import type { StageRow, Store } from '../../store'
import { givingWay } from './turns'

/** Whether what a training was measured by on test rows is withheld, see `Truth`. */
export type Hides = (key: string) => boolean
export const NOTHING_HIDDEN: Hides = () => false

/** The attempt whose numbers are shown: the running or latest one. */
const shown = (stage: StageRow) => stage.attempt

/**
 * The curves that there are of the asked stages; empty `names` or `splits` mean all of them. Gives way between pieces,
 * so that many or long ones do not hold up everything else.
 */
export async function readCurves(
  store: Store,
  query: Parameters<Calls['curves']>[0],
  hides: Hides = NOTHING_HIDDEN,
): Promise<Curve[]> {
  const out: Curve[] = []
  const giveWay = givingWay()
  for (const key of query.keys) {
    const stage = store.stages.byKey(key)
    if (!stage) continue
    const hidden = hides(key)
    for (const { name, split } of store.metrics.series(stage.id, shown(stage))) {
      const asked =
        !(hidden && split === 'test') &&
        (query.names.length === 0 || query.names.includes(name)) &&
        (query.splits.length === 0 || query.splits.includes(split as Split | ''))
      if (!asked) continue
      const of = { stage: stage.id, attempt: shown(stage), name, split }
      const curve: Curve = { key, name, split: split as Split | '', step: [], value: [], bucket: 1 }
      for (const { step, value, bucket } of store.metrics.curve(of, query.buckets)) {
        for (const [i, at] of step.entries()) {
          curve.step.push(at)
          curve.value.push(value[i]!)
        }
        curve.bucket = bucket
        await giveWay()
      }
      out.push(curve)
    }
  }
  return out
}
