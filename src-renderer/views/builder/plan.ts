import type { PlannedStage } from '../../lib/types'

const NAMES: Record<string, string> = {
  data: 'Prepare data',
  pretrain: 'Pretrain word vectors',
  features: 'Read with the frozen model',
  weak: 'Train supervisors',
  label: 'Label',
  student: 'Train students',
  ceiling: 'Train ceilings',
  reference: 'Train references',
}

export interface StageGroup {
  name: string
  cached: number
  stages: PlannedStage[]
}

/** Planned stages by what they do, in the order in which they first run. */
export function groupStages(stages: readonly PlannedStage[]): StageGroup[] {
  const groups = new Map<string, StageGroup>()
  for (const stage of stages) {
    const id = stage.role ?? stage.kind
    const group = groups.get(id) ?? { name: NAMES[id] ?? id, cached: 0, stages: [] }
    group.stages.push(stage)
    group.cached += Number(stage.cached)
    groups.set(id, group)
  }
  return [...groups.values()]
}
