import type { StageStatus } from '../../lib/types'

const SEPARATOR = ' · '

/** Stages of one task of a run, named by what tells them apart. */
export interface StageGroup {
  /** '' where the run has one task alone. */
  task: string
  rows: { stage: StageStatus; name: string; seed: string }[]
}

interface Parts {
  stage: StageStatus
  /** What the stage makes, e.g. "student". */
  word: string
  /** What it makes it of and with, e.g. method and model. */
  about: string[]
  seed: string
}

/** Titles are parts like "student · naive · pocket-l · seed 0"; the task stands among them where a run has several. */
function partsOf(stage: StageStatus, task: string): Parts {
  const title = task ? stage.title.replace(SEPARATOR + task, '') : stage.title
  const [word = '', ...rest] = title.split(SEPARATOR)
  const seed = /^seed \d+$/.test(rest.at(-1) ?? '') ? rest.pop()! : ''
  return { stage, word, about: rest, seed }
}

/** What all stages of the like share says nothing of any of them. */
function nameOf({ word, about }: Parts, all: readonly Parts[]): string {
  const alike = all.filter((other) => other.word === word)
  const telling = about.filter((part, i) => alike.length === 1 || alike.some((other) => other.about[i] !== part))
  return [word, ...telling].join(SEPARATOR)
}

/** "data · Food reviews · seed 0": each seed may have data of its own. */
const taskOf = ({ title }: StageStatus) =>
  title
    .split(SEPARATOR)
    .slice(1)
    .join(SEPARATOR)
    .replace(/ · seed \d+$/, '')

/** The stages of a run in their order, task by task: each task begins with its data. */
export function groupStages(stages: readonly StageStatus[]): StageGroup[] {
  const several = new Set(stages.filter(({ kind }) => kind === 'data').map(taskOf)).size > 1
  const groups: { task: string; parts: Parts[] }[] = []
  for (const stage of stages) {
    const task = several && stage.kind === 'data' ? taskOf(stage) : groups.at(-1)?.task
    if (task === undefined || task !== groups.at(-1)?.task) groups.push({ task: task ?? '', parts: [] })
    const group = groups[groups.length - 1]!
    group.parts.push(partsOf(stage, group.task))
  }
  const all = groups.flatMap(({ parts }) => parts)
  return groups.map(({ task, parts }) => ({
    task,
    rows: parts.map((each) => ({ stage: each.stage, name: nameOf(each, all), seed: each.seed })),
  }))
}
