import { examineBundle } from '../../bundle'
import type { Drawn, Sureness } from '../../science/metrics'
import { drainLog } from '../../store'
import { createThread, inThisThread, type Thread } from '../threads/thread'
import { analyse, type Replies, type Question } from './analysis'
import { createKept } from './kept'
import type { Looked } from './looked'
import { readSeed, readTraining, type SeedSource } from './predicted'
import { createReader, readPrepared } from './prepared'
import { readSureness, type SaidPlace } from './sureness'

/** Of how many arms it is kept what was drawn: about a megabyte each. */
const ARMS = 64
/** Of how many looks at examples the rows are kept: some tens of megabytes where there are very many. */
const LOOKS = 3

/** What the analyst does: answers questions about finished stages, and chores that wait for the disk. */
export function analystVerbs() {
  const prepared = createReader(readPrepared)
  const training = createReader(readTraining)
  const drawn = createKept<Drawn>(ARMS)
  const looked = createKept<Looked>(LOOKS)
  const read = (source: SeedSource, sets?: readonly string[]) => readSeed(source, sets, training)
  return {
    /** @throws ArtifactError when examples or predictions are gone or damaged */
    analyse: (question: Question) => analyse(question, { prepared, read, training, drawn, looked }),
    /** See `readSureness`. */
    sureness: (place: SaidPlace) => readSureness(place),
    /** See `examineBundle`. */
    examine: (path: string) => examineBundle(path),
    /** Moves the write-ahead log of the store at this path into its database. @throws when it cannot be written */
    drainLog: (path: string) => drainLog(path),
  }
}

/** Answers questions about finished stages. */
export interface Analyst extends Omit<Thread<ReturnType<typeof analystVerbs>>, 'ask'> {
  /** @throws LabError when examples or predictions are gone or damaged */
  ask<Q extends Question>(question: Q): Promise<Replies[Q['type']]>
  /** @throws LabError when what was said is damaged */
  sureness(place: SaidPlace): Promise<Sureness | null>
  /** @throws LabError when the store cannot be written */
  drainLog(path: string): Promise<void>
}

/** Questions whose answers are resampled: of 100,000 test rows that takes many seconds. */
const SLOW: ReadonlySet<Question['type']> = new Set(['arm', 'contrasts', 'comparison'])

/**
 * Who looks at examples does not wait for intervals: these are computed in a thread of their own.
 * @param script the built `analyst.js`; without it questions are answered in this thread.
 */
export function createAnalyst(script: string | undefined): Analyst {
  const start = (): Thread<ReturnType<typeof analystVerbs>> =>
    script === undefined ? inThisThread(analystVerbs()) : createThread({ script })
  const [thread, slow] = [start(), start()]
  return {
    apart: thread.apart,
    ask: <Q extends Question>(question: Q) =>
      (SLOW.has(question.type) ? slow : thread).ask('analyse', question) as Promise<Replies[Q['type']]>,
    sureness: (place) => thread.ask('sureness', place),
    drainLog: (path) => thread.ask('drainLog', path),
    close: async () => {
      await Promise.all([thread.close(), slow.close()])
    },
  }
}
