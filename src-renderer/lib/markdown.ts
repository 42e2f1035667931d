import { lexer, type Token } from 'marked'

export type { Token, Tokens } from 'marked'

const FACTS = /^---\r?\n([\s\S]*?)\r?\n---(?:\r?\n|$)/

/** Markdown as tokens. Facts before it, as model cards have them between rules, are shown as they stand. */
export function markdown(text: string): Token[] {
  const facts = FACTS.exec(text)
  const body = lexer(facts ? text.slice(facts[0].length) : text)
  return facts ? [{ type: 'code', raw: facts[0], text: facts[1]! }, ...body] : body
}
