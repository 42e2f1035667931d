import { createHash } from 'node:crypto'
import type { Answers, Decision } from '../science/answers'

/** The sha256 of a text, in hex: what is told of one that stays home. Equal texts have equal ones. */
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

/** How the texts of a task are told: as they are where anyone may have them, else by their hashes. */
export const teller = ({ sharable }: { sharable: boolean }): ((text: string) => string) =>
  sharable ? (text) => text : sha256Of

/** Answers as they are told; choices have no texts. */
export function toldAnswers(answers: Answers, tell: (text: string) => string): Answers {
  return answers.kind === 'text' ? { ...answers, texts: answers.texts.map(tell) } : answers
}

/** What is right, as it is told. */
export const toldDecision = (decision: Decision, tell: (text: string) => string): Decision =>
  typeof decision === 'string' ? tell(decision) : decision
