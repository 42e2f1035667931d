/** One arm of a run, or the run alone where it has none: what a query is put to. */
export interface Subject {
  /** All texts that a word is looked for in. */
  texts: readonly string[]
  state: string
  /** Ways the run is marked: `starred`, `hidden`, `trashed`. */
  is: readonly string[]
  tags: readonly string[]
  name: string
  question: string
  notes: string
  /** ms since 1970. */
  begun: number
  /** Seconds of work. */
  took: number
  /** The rest is null where there is no arm, or nothing of it is known yet. */
  task: string | null
  weak: string | null
  strong: string | null
  method: string | null
  /** Finished seeds. */
  seeds: number | null
  /** Means of the metric that the run tells first. */
  floor: number | null
  student: number | null
  ceiling: number | null
  /** Ceiling less floor. */
  gap: number | null
  /** `undefined` where it was measured and is not defined. */
  pgr: number | 'undefined' | null
  /** Ends of its 95 % interval. */
  low: number | null
  high: number | null
}

/** What can be asked for by name, and how a value of it is read. */
export type Field =
  | { type: 'text'; of: (subject: Subject) => readonly (string | null)[]; help: string }
  | { type: 'choice'; of: (subject: Subject) => readonly string[]; values: readonly string[]; help: string }
  | { type: 'number'; of: (subject: Subject) => number | 'undefined' | null; help: string }
  | { type: 'date'; of: (subject: Subject) => number; help: string }

const text = (help: string, of: (s: Subject) => readonly (string | null)[]): Field => ({ type: 'text', of, help })
const number = (help: string, of: (s: Subject) => number | 'undefined' | null): Field => ({ type: 'number', of, help })

/** Every field of the query language. A text may be given in part; a tag, with `=`, whole. */
export const FIELDS: Readonly<Record<string, Field>> = {
  state: {
    type: 'choice',
    of: (s) => [s.state],
    values: ['queued', 'running', 'done', 'failed', 'cancelled', 'interrupted'],
    help: 'how the run stands',
  },
  is: {
    type: 'choice',
    of: (s) => s.is,
    values: ['starred', 'hidden', 'trashed'],
    help: 'how it is marked',
  },
  tag: text('a tag of the run', (s) => s.tags),
  name: text('the name of the run', (s) => [s.name]),
  question: text('the question of its study', (s) => [s.question]),
  note: text('its notes', (s) => [s.notes]),
  task: text('the task of an arm, by its id', (s) => [s.task]),
  weak: text('the supervisor of an arm', (s) => [s.weak]),
  student: text('the student of an arm, by the model', (s) => [s.strong]),
  method: text('the method of an arm', (s) => [s.method]),
  seeds: number('finished seeds of an arm', (s) => s.seeds),
  pgr: number('PGR of an arm; pgr:undefined where there is none', (s) => s.pgr),
  low: number('lower end of its 95 % interval', (s) => s.low),
  high: number('upper end of its 95 % interval', (s) => s.high),
  floor: number('what the supervisor reaches', (s) => s.floor),
  reached: number('what the student reaches', (s) => s.student),
  ceiling: number('what the ceiling reaches', (s) => s.ceiling),
  gap: number('ceiling less floor', (s) => s.gap),
  took: number('seconds of work of the run', (s) => s.took),
  begun: { type: 'date', of: (s) => s.begun, help: 'the day on which the run was made, as 2026-11-30' },
}
