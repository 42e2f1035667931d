/** What is wrong with a query. `at` counts UTF-16 units from 0. */
export interface QueryProblem {
  at: number
  expected: string
  got: string
}
export class QueryError extends Error {
  override readonly name = 'QueryError'
  constructor(readonly problem: QueryProblem) {
    super(`At ${problem.at + 1}: expected ${problem.expected}, got ${problem.got}`)
  }
}

export type Comparison = ':' | '=' | '>' | '>=' | '<' | '<='
export type Token = { from: number; to: number } & (
  | { type: '(' | ')' | '-' | 'AND' | 'OR' | 'NOT' }
  | { type: 'text'; text: string }
  | { type: 'term'; field: string; by: Comparison; value: string; valueAt: number }
)

const SPACE = /\s+/y
const QUOTED = /"([^"]*)(")?/y
/** A word ends at a blank, a bracket or a quote. */
const WORD = /[^\s()"]+/y
const TERM = /^([A-Za-z]+)(:|>=|<=|=|>|<)/

/** Cuts a query into words, phrases, terms and signs. @throws QueryError */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  const match = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at
    return pattern.exec(query)
  }
  let at = 0
  while (at < query.length) {
    const from = at
    const space = match(SPACE, at)
    if (space) {
      at += space[0].length
      continue
    }
    const sign = query[at]!
    if (sign === '(' || sign === ')') {
      tokens.push({ type: sign, from, to: ++at })
    } else if (sign === '"') {
      const text = phrase(match(QUOTED, at)!, at)
      at = from + text.length + 2
      tokens.push({ type: 'text', text, from, to: at })
    } else if (sign === '-' && /[^\s)]/.test(query[at + 1] ?? ' ')) {
      tokens.push({ type: '-', from, to: ++at })
    } else {
      const word = match(WORD, at)![0]
      const term = TERM.exec(word)
      at += word.length
      if (term) {
        const value = word.slice(term[0].length)
        const valueAt = from + term[0].length
        const quoted = value === '' && query[at] === '"' ? phrase(match(QUOTED, at)!, at) : null
        if (quoted !== null) at += quoted.length + 2
        const by = term[2] as Comparison
        tokens.push({ type: 'term', field: term[1]!.toLowerCase(), by, value: quoted ?? value, valueAt, from, to: at })
      } else if (word === 'AND' || word === 'OR' || word === 'NOT') tokens.push({ type: word, from, to: at })
      else tokens.push({ type: 'text', text: word, from, to: at })
    }
  }
  return tokens
}

function phrase([, text = '', end]: RegExpExecArray, at: number): string {
  if (end === undefined)
    throw new QueryError({ at: at + 1 + text.length, expected: 'a closing "', got: 'the end of the query' })
  return text
}
