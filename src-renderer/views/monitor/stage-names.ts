import type { StageFacts, StageStatus } from '../../lib/types'

/** Stages of one task of a run, named by what tells them apart. */
export interface StageGroup {
  /** '' where the run has one task alone. */
  task: string
  rows: { stage: StageStatus; name: string; seed: string }[]
}

/** What a stage makes it of and with, besides what it makes: what all stages of the like share says nothing of any of them. */
function nameOf(facts: StageFacts, all: readonly StageFacts[]): string {
  const alike = all.filter(({ does }) => does === facts.does)
  const supervisors = all.some(({ from }) => from && from !== facts.from)
  const about = ({ by, from, of, task }: StageFacts) => [by, from && supervisors ? `${from} → ${of}` : of || task]
  const parts = alike.map(about)
  const telling = about(facts).filter((part, i) => part && (parts.length === 1 || parts.some((p) => p[i] !== part)))
  return [facts.does, ...telling].join(' · ')
}

/** The stages of a run in their order, task by task; what serves all tasks stands with the one that it comes after. */
export function groupStages(stages: readonly StageStatus[]): StageGroup[] {
  const several = new Set(stages.map(({ facts }) => facts.task).filter(Boolean)).size > 1
  const all = stages.map(({ facts }) => (several ? { ...facts, task: '' } : facts))
  const groups: StageGroup[] = []
  for (const [i, stage] of stages.entries()) {
    const { task, seed } = stage.facts
    const last = groups.at(-1)
    const own = several ? task || last?.task || '' : ''
    const row = { stage, name: nameOf(all[i]!, all), seed: seed === null ? '' : `seed ${seed}` }
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
