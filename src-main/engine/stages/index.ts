import type { Stage, StageKind } from '../../science/stages'
import type { Backend } from '../backends/learner'
import type { StageContext } from '../context'
import { adapt } from './adapt'
import { data } from './data'
import { features } from './features'
import { label } from './label'
import { language } from './language'
import { pretrain } from './pretrain'
import { prompt } from './prompt'
import type { StageOutput, StageRunner } from './stage'
import { tokens } from './tokens'
import { train } from './train'

/** The code that does the work of each kind of stage; what else is known of a kind is in `science/stages`. */
export const RUNNERS: { [K in StageKind]: StageRunner<K> } = {
  data,
  pretrain,
  prompt,
  adapt,
  features,
  train,
  label,
  tokens,
  language,
}

/** Does the work of a stage. `backend` is wanted by the kinds that one computes. @throws Cancelled, or whatever went wrong */
export function runStage(stage: Stage, context: StageContext, backend: Backend | null): Promise<StageOutput> {
  const runner = RUNNERS[stage.kind] as StageRunner<StageKind>
  return runner(stage, context, backend)
}
