import type { Stage, StageKind } from '../../science/stages'
import type { Backend } from '../backends/learner'
import type { StageContext } from '../context'
import { data } from './data'
import { features } from './features'
import { label } from './label'
import { pretrain } from './pretrain'
import type { StageOutput, StageRunner } from './stage'
import { train } from './train'

const RUNNERS: { [K in StageKind]: StageRunner<K> } = { data, pretrain, features, train, label }

/** Does the work of a stage. `backend` is wanted by `features` and `train` stages alone. @throws Cancelled, or whatever went wrong */
export function runStage(stage: Stage, context: StageContext, backend: Backend | null): Promise<StageOutput> {
  const runner = RUNNERS[stage.kind] as StageRunner<StageKind>
  return runner(stage, context, backend)
}
