import { lengthOf } from '../../src-main/science/metrics'
import type { Arm, ArmRef, Facets } from '../../src-preload/contract'
import { armResult, exampleHistory, exampleRows } from './sample'

/** Of the rows of the inspector. The sample has one student, whatever step is looked at. */
export function facetsOf(arm: Arm, { seed, stop, step }: ArmRef): Facets {
  const lengths = exampleRows(arm, seed, stop).map(lengthOf)
  const reported = armResult(arm, stop, arm.seeds.length).bySeed.find((of) => of.seed === seed)!.step
  return {
    steps: exampleHistory(arm, seed, 0).step,
    ...{ reported, step: step ?? reported },
    groups: [{ group: 'wordnet', n: lengths.length }],
    ...{ map: null, joint: null, flow: null },
    ...{ alone: 0, length: [Math.min(...lengths), Math.max(...lengths)] },
  }
}
