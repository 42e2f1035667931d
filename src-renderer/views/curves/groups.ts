import { apart } from '../../lib/arms'
import { when } from '../../lib/format'
import { CEILING, studentLook, studentLooks, varied, WEAK, type Look } from '../../lib/roles'
import type { Arm, RunDetail, StageStatus } from '../../lib/types'

/** What trainings are told apart by, their seeds left out. */
export const DIMENSIONS = ['task', 'weak', 'strong', 'method', 'run'] as const
export type Dimension = (typeof DIMENSIONS)[number]
/** What a training is in its run; '' of a language model, which is in no arm. */
export type GroupRole = 'student' | 'ceiling' | 'weak' | ''

export interface Training {
  key: string
  role: GroupRole
  seed: number | null
  /** By id; '' where it has none, which is a group of its own. */
  of: Record<Dimension, string>
  /** The same for people. */
  names: Record<Dimension, string>
  look: Look
}
/** Trainings that are drawn as one line. */
export interface Group {
  id: string
  label: string
  role: GroupRole
  task: string
  look: Look
  keys: string[]
}

type Titles = Record<'weak' | 'strong', (arm: Arm) => string> & { task: (id: string) => string }

/** All trainings of the runs, in the order of their arms; one that several arms share stands once for each of its places. */
export function trainingsOf(runs: readonly RunDetail[], taskTitle: (id: string) => string): Training[] {
  const arms = runs.flatMap((run) => run.arms)
  const look = studentLooks(arms)
  const titles: Titles = {
    task: taskTitle,
    weak: apart(arms, (arm) => arm.weakTitle),
    strong: apart(arms, (arm) => arm.strongTitle),
  }
  const names = runNames(runs)
  return runs.flatMap((run) => {
    const of = { id: run.id, name: names.get(run.id)! }
    return run.arms.length === 0
      ? run.stages.filter(({ learns }) => learns).map((stage) => ofStage(of, stage))
      : run.arms.flatMap((arm) => ofArm(of, arm, titles, look(arm)))
  })
}

/** Names of runs; where two have the same, with the time of their start. */
function runNames(runs: readonly RunDetail[]): Map<string, string> {
  const twice = (name: string) => runs.filter((run) => run.name === name).length > 1
  return new Map(runs.map((run) => [run.id, twice(run.name) ? `${run.name}, ${when(run.createdAt)}` : run.name]))
}

const NOTHING = { task: '', weak: '', strong: '', method: '', run: '' }

function ofArm(run: { id: string; name: string }, arm: Arm, titles: Titles, look: Look): Training[] {
  const place = { task: arm.task, run: run.id }
  const placeNames = { task: titles.task(arm.task), run: run.name }
  const models = { weak: arm.weakTitle, strong: arm.strongTitle }
  const modelNames = { weak: titles.weak(arm), strong: titles.strong(arm) }
  return arm.seeds.flatMap(({ seed, student, ceiling, weak }): Training[] => [
    {
      ...{ key: student, role: 'student', seed, look },
      of: { ...place, ...models, method: arm.methodTitle },
      names: { ...placeNames, ...modelNames, method: arm.methodTitle },
    },
    {
      ...{ key: ceiling, role: 'ceiling', seed, look: CEILING },
      of: { ...NOTHING, ...place, strong: models.strong },
      names: { ...NOTHING, ...placeNames, strong: modelNames.strong },
    },
    {
      ...{ key: weak, role: 'weak', seed, look: WEAK },
      of: { ...NOTHING, ...place, weak: models.weak },
      names: { ...NOTHING, ...placeNames, weak: modelNames.weak },
    },
  ])
}

/** A training that belongs to no arm: what it is made of stands for the method. */
function ofStage(run: { id: string; name: string }, { key, facts, title }: StageStatus): Training {
  const what = facts.of || title
  const look = studentLook(0)
  const of = { ...NOTHING, method: what, run: run.id }
  return { key, role: '', seed: facts.seed, look, of, names: { ...of, run: run.name } }
}

const ROLES: readonly GroupRole[] = ['student', '', 'ceiling', 'weak']

/** Trainings by role and by what they are grouped by, students first, then as they come; a training is in its group once. */
export function groupsOf(trainings: readonly Training[], by: readonly Dimension[]): Group[] {
  const found = new Map<string, Training[]>()
  for (const training of ROLES.flatMap((role) => trainings.filter((one) => one.role === role))) {
    const id = JSON.stringify([training.role, ...by.map((name) => training.of[name])])
    found.set(id, [...(found.get(id) ?? []), training])
  }
  const groups = [...found].map(([id, members]) => ({ id, members, first: members[0]! }))
  const labels = labelsOf(
    groups.map(({ first }) => first),
    by,
  )
  const looks = looksOf(groups.map(({ members }) => members))
  return groups.map(({ id, members, first }, i) => {
    const task = new Set(members.map(({ of }) => of.task)).size === 1 ? first.names.task : ''
    const keys = [...new Set(members.map(({ key }) => key))]
    return { id, label: labels[i]!, role: first.role, task, look: looks[i]!, keys }
  })
}

const ROLE_WORDS: Record<GroupRole, string> = { student: '', ceiling: 'ceiling', weak: 'weak', '': '' }

/** What tells groups apart: what all share is left out, a student's method always said where it is a group's. */
function labelsOf(firsts: readonly Training[], by: readonly Dimension[]): string[] {
  const telling = (name: Dimension, { role }: Training) =>
    by.includes(name) &&
    (name === 'method' || new Set(firsts.filter((one) => one.role === role).map(({ of }) => of[name])).size > 1)
  return firsts.map((first) => {
    const parts = (['method', 'weak', 'strong', 'task', 'run'] as const).filter((name) => telling(name, first))
    const told = [ROLE_WORDS[first.role], ...parts.map((name) => first.names[name])].filter(Boolean)
    return told.join(' · ') || 'all students'
  })
}

/**
 * The look of a group is that of its trainings. Groups of one colour differ in dash and marker; one whose trainings look
 * different gets a look of its own.
 */
function looksOf(groups: readonly (readonly Training[])[]): Look[] {
  const seen = new Map<string, number>()
  return groups.map((members, i) => {
    const { look } = members[0]!
    if (members.some((one) => one.look.color !== look.color)) return studentLook(i)
    const nth = seen.get(look.color) ?? 0
    seen.set(look.color, nth + 1)
    return varied(look, nth)
  })
}
