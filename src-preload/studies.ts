// What window and lab say of studies, and of what the user says of runs.
import type { QueryPart, QueryProblem } from '../src-main/science/query'
import type { StudyArm } from '../src-main/science/studies/arms'
import type { Rule, Verdict } from '../src-main/science/studies/rule'
import type { RunState } from './runs'

export type { QueryPart, QueryProblem } from '../src-main/science/query'
export type { StudyArm } from '../src-main/science/studies/arms'
export type { Rule, RuleArm, Verdict } from '../src-main/science/studies/rule'

/** How often somebody looked at what a study found on test rows before now, and how it was sealed. */
export interface Looks {
  /** Before this one. */
  before: number
  /** The first of them; null where there was none. */
  firstAt: number | null
  /** Whether this one counts: not where there is none, the store cannot be written to, or the study is sealed. */
  counted: boolean
  /** Every sealing and breaking of the seal, the oldest first, with the looks that there had been. */
  seals: { at: number; sealed: boolean; looks: number }[]
  /** All of this in a sentence. */
  text: string
}
/** What was read of test rows; `looks` is null where development rows are measured, which are free to look at. */
export interface Looked {
  looks: Looks | null
}
export interface SealChange {
  /** Id of the study. */
  study: string
  /** Whether what it found on test rows is withheld from now on. */
  sealed: boolean
}

/** What was found of one arm of a run, in numbers: of the metric that the run tells first, where its spec says to stop. */
export interface ArmFigures {
  /** Its id. */
  arm: string
  task: string
  /** Titles of the models and the method. */
  weak: string
  strong: string
  method: string
  /** Seeds that were asked for, and those that are finished; null where that was not counted yet. */
  asked: number
  seeds: number | null
  /** Id of the metric; '' before the first seed. */
  metric: string
  /** Means over seeds of weak supervisor, student and ceiling. */
  floor: number | null
  student: number | null
  ceiling: number | null
  /** With the ends of its 95 % interval; null where it is undefined, and before the first seed. */
  pgr: number | null
  low: number | null
  high: number | null
  /** Why there is no PGR; '' where there is one, and before the first seed. */
  reason: string
  /** Why the PGR is hardly a number; '' where nothing speaks against it, null where an earlier version did not keep that. */
  warning: string | null
}

/** What was found of all arms of a run, in short. */
export interface ArmsFound {
  arms: number
  /** Of these arms PGR is undefined. */
  undefined: number
  /** Of these it comes with a warning: it is hardly a number. */
  doubtful: number
  /** Least and most of the arms that have one; null where none has. */
  pgr: { low: number; high: number } | null
  /** Fewest and most finished seeds of an arm; null where they are not counted yet. */
  seeds: { low: number; high: number } | null
  /** Most seeds that were asked for of an arm. */
  asked: number
}

/** What the user says of a run. */
export interface RunMarks {
  /** Sorted. */
  tags: string[]
  /** Markdown. */
  notes: string
  hidden: boolean
  starred: boolean
  /** When it was put into the trash; null while it is not there. */
  trashedAt: number | null
}

/** What is to be said of runs from now on; what is left out stays. An empty `name` is the one of the spec again. */
export interface MarkChange extends Partial<Pick<RunMarks, 'notes' | 'hidden' | 'starred'>> {
  runs: string[]
  name?: string
  addTags?: string[]
  removeTags?: string[]
}

/** Runs that answer to a query, newest first; none where the query has a problem. */
export interface FoundRuns {
  ids: string[]
  /** What is joined at the top of the query, where it stands in it. */
  parts: QueryPart[]
  problem: QueryProblem | null
}

/** A study that something is said of, whether it has runs or not. */
export interface StudySummary {
  id: string
  question: string
  /** Markdown. */
  notes: string
  hasRule: boolean
}

/** A decision rule as it was set, or withdrawn (null). */
export interface RuleSet {
  rule: Rule | null
  setAt: number
  /** How many students of the study were finished then: of 0 it was set before the first result. */
  students: number
}

/** What the runs of one question came to. While it is sealed, those runs alone that are measured on development rows. */
export interface StudyResult extends Looked {
  sealed: boolean
  id: string
  /** '' where a run stands alone. */
  question: string
  notes: string
  /** Newest first; those in the trash are left out. */
  runs: {
    id: string
    name: string
    state: RunState
    /** Why it is not done; '' where it is. */
    why: string
    /** Why there is nothing to read of it; '' where there is. */
    problem: string
  }[]
  /** In the order of the runs, oldest first. */
  arms: StudyArm[]
  /** What the intervals cover, in a sentence; '' before the first seed. */
  covers: string
  /** The oldest first; the last one holds. */
  rules: RuleSet[]
  /** Of the rule that holds; null where none does. */
  verdict: Verdict | null
}
