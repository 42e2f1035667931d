import type { StageFacts, StageStatus } from '../../lib/types'

/** Stages of one task of a run, named by what tells them apart. */
export interface StageGroup {
  /** '' where the run has one task alone. */
  task: string
  rows: { stage: StageStatus; name: string; seed: string }[]
}

/**
 * Names stages by what each makes, and by what it makes it of and with: what all stages of the like share says nothing of
 * any of them.
 */
function namer(all: readonly StageFacts[]): (facts: StageFacts) => string {
  const supervisors = new Set(all.map(({ from }) => from).filter(Boolean)).size > 1
  const about = ({ by, from, of, task }: StageFacts) => [by, from && supervisors ? `${from} → ${of}` : of || task]
  /** Of stages that make the same: all that each of the parts is. */
  const alike = new Map<string, { n: number; parts: Set<string>[] }>()
  for (const facts of all) {
    const like = alike.get(facts.does) ?? { n: 0, parts: [new Set(), new Set()] }
    alike.set(facts.does, like)
    like.n++
    about(facts).forEach((part, i) => like.parts[i]!.add(part))
  }
  const tells = (does: string, i: number) => alike.get(does)!.n === 1 || alike.get(does)!.parts[i]!.size > 1
  return (facts) => [facts.does, ...about(facts).filter((part, i) => part && tells(facts.does, i))].join(' · ')
}

/** The stages of a run in their order, task by task; what serves all tasks stands with the one that it comes after. */
export function groupStages(stages: readonly StageStatus[]): StageGroup[] {
  const several = new Set(stages.map(({ facts }) => facts.task).filter(Boolean)).size > 1
  const all = stages.map(({ facts }) => (several ? { ...facts, task: '' } : facts))
  const nameOf = namer(all)
  const groups: StageGroup[] = []
  for (const [i, stage] of stages.entries()) {
    const { task, seed } = stage.facts
    const last = groups.at(-1)
    const own = several ? task || last?.task || '' : ''
    const row = { stage, name: nameOf(all[i]!), seed: seed === null ? '' : `seed ${seed}` }
    if (last?.task === own) last.rows.push(row)
    else groups.push({ task: own, rows: [row] })
  }
  return groups
}

/** A line of a list of stages. */
export type StageLine = { kind: 'stage'; stage: StageStatus; name: string; seed: string }

/** Groups as one list: the task of each, where there are several, and its stages. */
export function linesOf(groups: readonly StageGroup[]): (StageLine | { kind: 'task'; task: string })[] {
  return groups.flatMap(({ task, rows }) => [
    ...(task ? [{ kind: 'task' as const, task }] : []),
    ...rows.map((row) => ({ kind: 'stage' as const, ...row })),
  ])
}
