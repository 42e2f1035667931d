import { contentKey } from '../maths/hash'

/** Runs that ask one question. */
export interface StudyOf {
  id: string
  /** '' where a run stands alone. */
  question: string
}

/**
 * The study that a run belongs to, the one place that says so: runs whose questions are the same text, blanks at its ends
 * left out, are one study, named by a hash of it; a run without a question is one by itself, under its own id.
 */
export function studyOf(run: { id: string; question: string }): StudyOf {
  const question = run.question.trim()
  return question === '' ? { id: run.id, question } : { id: studyId(question), question }
}

/** @param question trimmed, not empty */
export const studyId = (question: string): string => `q-${contentKey(question).slice(0, 16)}`
