/** What a stage is, for people. How much of it has to be said depends on the stages beside it. */
export interface StageFacts {
  /** In a word or two, e.g. "student". */
  does: string
  /** By which method; '' where there is none. */
  by: string
  /** Whose labels a student learns from; '' for all else. */
  from: string
  /** The model that is trained, read or asked, or what else it is made of. */
  of: string
  /** Title of the task; '' where it serves all of them. */
  task: string
  /** Null where it serves all of them. */
  seed: number | null
}

/** All that is known of a stage in one line, e.g. "student · naive · words 50 → vectors 32 · Spam · seed 2". */
export function stageTitle({ does, by, from, of, task, seed }: StageFacts): string {
  const pair = from ? `${from} → ${of}` : of
  return [does, by, pair, task, seed === null ? '' : `seed ${seed}`].filter(Boolean).join(' · ')
}

/** Titles of the stages of one run: its task and its supervisor are told where there are several. */
export function stageTitles(stages: readonly StageFacts[]): string[] {
  const several = (name: 'task' | 'from') => new Set(stages.map((facts) => facts[name]).filter(Boolean)).size > 1
  const [tasks, supervisors] = [several('task'), several('from')]
  return stages.map((facts) => {
    const isAllThereIs = facts.of === ''
    const told = { task: tasks || isAllThereIs ? facts.task : '', from: supervisors ? facts.from : '' }
    return stageTitle({ ...facts, ...told })
  })
}
