import { checkpoint } from '../../store'
import { createThread, inThisThread, type Thread } from '../thread'
import { analyse, type Answers, type Question } from './analysis'
import { createPreparedReader } from './prepared'

/** What the analyst does: answers questions about finished stages, and chores that wait for the disk. */
export function analystVerbs() {
  const prepared = createPreparedReader()
  return {
    /** @throws ArtifactError when the examples are gone or damaged */
    analyse: async (question: Question) => analyse(question, await prepared(question.data)),
    /** Moves the write-ahead log of the store at this path into its database. @throws when it cannot be written */
    checkpoint: (path: string) => checkpoint(path),
  }
}

/** Answers questions about finished stages. */
export interface Analyst extends Omit<Thread<ReturnType<typeof analystVerbs>>, 'ask'> {
  /** @throws LabError when the examples are gone or damaged */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['type']]>
  /** @throws LabError when the store cannot be written */
  checkpoint(path: string): Promise<void>
}

/** @param script the built `analyst.js`; without it questions are answered in this thread. */
export function createAnalyst(script: string | undefined): Analyst {
  const thread: Thread<ReturnType<typeof analystVerbs>> =
    script === undefined ? inThisThread(analystVerbs()) : createThread({ script })
  return {
    ...thread,
    ask: <Q extends Question>(question: Q) => thread.ask('analyse', question) as Promise<Answers[Q['type']]>,
    checkpoint: (path) => thread.ask('checkpoint', path),
  }
}
