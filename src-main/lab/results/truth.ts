import { join } from 'node:path'
import type { LabEvent, Looks, SealChange } from '../../../src-preload/contract'
import { studyOf } from '../../science/studies/study'
import { openStore, type LookRow, type RunCounts, type Store } from '../../store'
import { LabError } from '../errors'
import { lockHome } from '../home/lock'
import { askedOf } from '../runs/view'

/** What is read: each of them is a look of its own. */
type What = 'result' | 'comparison' | 'examples' | 'study' | 'bundle'
/** What was read, and how often before. */
interface Read<T> {
  value: T
  looks: Looks | null
}

/**
 * Who may see what was found on test rows, and how often somebody did. Ids that are not there throw `not-found`. What is
 * measured on development rows is neither sealed nor counted.
 */
export interface Truth {
  isSealed: (run: RunCounts) => boolean
  isStudySealed(id: string): boolean
  /** Whether what a training was measured by on test rows is withheld: every run that has it is sealed. */
  hides: (key: string) => boolean
  /** The same events without what is withheld. */
  shown(events: LabEvent[]): LabEvent[]
  /**
   * Reads what stages of runs left, and counts that as a look once it was read. The looks told are those at the first one.
   * @param what of several the first, unless one of them is being looked at already
   * @throws LabError `conflict` where one of them is sealed
   */
  read<T>(runs: readonly RunCounts[], what: readonly What[], read: () => Promise<T>): Promise<Read<T>>
  /** The same of all runs of a study; while it is sealed nothing is counted. */
  readStudy<T>(id: string, runs: readonly RunCounts[], read: () => Promise<T>): Promise<Read<T>>
  /** Of a study, without being one. */
  looks(study: string): Looks
  /** Seals a study, or opens its seal; nothing where it stands so already. */
  seal(change: SealChange): void
}

/** What is read again within this time is the same look: a window reads anew whenever something may have changed. */
const SAME_LOOK_MS = 10 * 60_000

/** @param count writes a look and gives its number; null where it cannot be written */
export function createTruth(store: Store, count: (row: LookRow) => number | null): Truth {
  const isStudySealed = (id: string) => store.seals.of(id).at(-1)?.sealed === 1
  const isSealed = (run: RunCounts) => isStudySealed(studyOf(run).id) && isTested(run)
  const testedIn = testedStudies(store)
  const latest = new Map<string, { id: number | null; at: number }>()
  /** The number of the look that this reading belongs to: one in progress, or a new one; null where it cannot be written. */
  function lookAt(study: string, run: string, what: readonly What[]): number | null {
    const at = Date.now()
    const name = (of: What) => [study, run, of].join('/')
    const going = what.find((of) => at - (latest.get(name(of))?.at ?? -Infinity) < SAME_LOOK_MS)
    const id = going ? latest.get(name(going))!.id : count({ study, run, what: what[0]!, at })
    latest.set(name(going ?? what[0]!), { id, at })
    return id
  }

  function hides(key: string): boolean {
    const stage = store.stages.byKey(key)?.id
    const runs = stage === undefined ? [] : store.runs.withStage(stage)
    return runs.length > 0 && runs.every((id) => isStudySealed(testedIn(id)))
  }

  return {
    isSealed,
    isStudySealed,
    hides,
    shown: (events) =>
      events.flatMap((event): LabEvent[] => {
        if (event.type === 'metric') return event.split === 'test' && hides(event.key) ? [] : [event]
        const tells = event.type === 'state' && event.state === 'done' && Object.keys(event.summary).length > 0
        return tells && hides(event.key) ? [{ ...event, summary: {} }] : [event]
      }),
    async read(runs, what, read) {
      if (runs.some(isSealed)) throw new LabError('conflict', SEALED)
      const value = await read()
      const tested = runs.filter(isTested).map((run) => ({ study: studyOf(run).id, run: run.id }))
      const looks = tested.map(({ study, run }) => looksAt(store, study, lookAt(study, run, what)))
      return { value, looks: looks[0] ?? null }
    },
    async readStudy(id, runs, read) {
      const value = await read()
      if (isStudySealed(id)) return { value, looks: looksAt(store, id) }
      return { value, looks: runs.some(isTested) ? looksAt(store, id, lookAt(id, '', ['study'])) : null }
    },
    looks: (study) => looksAt(store, study),
    seal({ study, sealed }) {
      if (isStudySealed(study) === sealed) return
      const { n } = store.looks.before(study, Number.MAX_SAFE_INTEGER)
      store.seals.add({ study, at: Date.now(), sealed: sealed ? 1 : 0, looks: n })
      latest.clear()
    },
  }
}

/** @param id number of the look; null where it could not be written, undefined where there is none */
function looksAt(store: Store, study: string, id?: number | null): Looks {
  const { n, firstAt } = store.looks.before(study, id ?? Number.MAX_SAFE_INTEGER)
  const seals = store.seals.of(study).map(({ at, sealed, looks }) => ({ at, sealed: sealed === 1, looks }))
  const told = { before: n, firstAt, counted: typeof id === 'number', seals }
  return { ...told, text: textOf(told) + (id === null ? NOT_COUNTED : '') }
}

const NOT_COUNTED = ' This look is not counted: the store could not be written to.'
const SEALED =
  'What this study found on test rows is sealed. Break its seal (in the app on the page of the study, or by `w2s unseal <run>`) to see it.'

/** The study that may withhold a run, which never changes; '' of none. Asked for hundreds of stages of one run at once. */
function testedStudies(store: Store): (run: string) => string {
  const known = new Map<string, string>()
  return (id) => {
    const found = known.get(id)
    if (found !== undefined) return found
    const run = store.runs.get(id)
    const study = run && isTested(run) ? studyOf(run).id : ''
    known.set(id, study)
    return study
  }
}

/** Pretrainings are measured on no rows of a task. */
const isTested = (run: RunCounts) => askedOf(run).spec?.measure === 'test'

/**
 * Counts a look from a lab that only looks on: as the home's writer for that moment, where nobody else is it.
 * @returns null where somebody is, or the home cannot be written to
 */
export function countApart(home: string, row: LookRow): number | null {
  try {
    const lock = lockHome(home)
    try {
      const store = openStore(join(home, 'lab.sqlite'))
      try {
        return store.looks.add(row)
      } finally {
        store.close()
      }
    } finally {
      lock.release()
    }
  } catch {
    // What is read is told all the same, and that it was not counted.
    return null
  }
}

/** Local, as `2026-11-23 08:15`. */
const dateOf = (at: number) => new Date(at).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
const times = (n: number) => (n === 1 ? 'once' : `${n} times`)

/** Every page tells of its own look, so that two of them may rightly tell different numbers: each says of when. */
function textOf({ before, firstAt, seals }: Omit<Looks, 'text' | 'counted'>): string {
  const looked =
    firstAt === null
      ? 'When this was opened, what this study found on test rows had not been looked at'
      : `When this was opened, what this study found on test rows had been looked at ${times(before)}, first on ${dateOf(firstAt)}`
  const history = seals.map(({ at, sealed, looks }) =>
    sealed
      ? `sealed on ${dateOf(at)}, after ${looks === 0 ? 'no look' : looks === 1 ? 'one look' : `${looks} looks`}`
      : `seal broken on ${dateOf(at)}`,
  )
  return `${[looked, ...history].join('; ')}.`
}
