import type { PlannedStage } from '../../lib/types'

export interface StageGroup {
  name: string
  cached: number
  stages: PlannedStage[]
}

/** Planned stages by what they do, in the order in which they first run. */
export function groupStages(stages: readonly PlannedStage[]): StageGroup[] {
  const groups = new Map<string, StageGroup>()
  for (const stage of stages) {
    const group = groups.get(stage.heading) ?? { name: stage.heading, cached: 0, stages: [] }
    group.stages.push(stage)
    group.cached += Number(stage.cached)
    groups.set(stage.heading, group)
  }
  return [...groups.values()]
}
