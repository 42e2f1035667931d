import { problemText } from '../../lib/problems'
import type { Builder } from '../../state/builder.svelte'

/** What is wrong with the text of a draft, at its line (from 1): all of one line beside each other. */
export function marksOf({
  textFault,
  lineOf,
  problems,
}: Pick<Builder, 'textFault' | 'lineOf' | 'problems'>): { line: number; words: string }[] {
  const found = textFault
    ? [{ line: textFault.line, words: textFault.message }]
    : problems.map((problem) => ({ line: lineOf?.(problem.path) ?? 1, words: problemText(problem) }))
  const lines = [...new Set(found.map(({ line }) => line))]
  return lines.map((line) => {
    const here = found.filter((mark) => mark.line === line)
    return { line, words: here.map(({ words }) => words).join('; ') }
  })
}
