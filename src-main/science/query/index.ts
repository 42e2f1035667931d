import type { Subject } from './fields'
import { termTest, type Test } from './terms'
import { QueryError, tokensOf, type QueryProblem, type Token } from './tokens'

export { FIELDS, type Field, type Subject } from './fields'
export { QueryError, type QueryProblem } from './tokens'

/** A part of a query that can be taken out by itself, where it stands in the text. */
export interface QueryPart {
  from: number
  to: number
  text: string
}
export interface Query {
  test: (subject: Subject) => boolean
  /** What is joined by AND at the top: each narrows the rest. */
  parts: QueryPart[]
  /** Names of the fields that are asked for anywhere. */
  fields: ReadonlySet<string>
}

/**
 * Reads a query: words, "phrases" and `field:value` terms, side by side (all must hold), with AND, OR, NOT or `-`, and
 * brackets; OR binds weakest. The empty query holds of everything.
 * @throws QueryError with the place and what was expected there
 */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text)
  const fields = new Set(tokens.flatMap((token) => (token.type === 'term' ? [token.field] : [])))
  if (tokens.length === 0) return { test: () => true, parts: [], fields }
  const parser = new Parser(tokens, text)
  return { ...parser.whole(), fields }
}

/** The same without throwing. */
export function readQuery(text: string): { query: Query; problem: null } | { query: null; problem: QueryProblem } {
  try {
    return { query: parseQuery(text), problem: null }
  } catch (error) {
    if (error instanceof QueryError) return { query: null, problem: error.problem }
    throw error
  }
}

/** Brackets in brackets: more than anyone writes, few enough for the stack. */
const DEEPEST = 100

class Parser {
  #at = 0
  #depth = 0
  constructor(
    private readonly tokens: readonly Token[],
    private readonly text: string,
  ) {}

  whole(): Pick<Query, 'test' | 'parts'> {
    const first = this.#and()
    const others: Test[] = []
    while (this.#take('OR')) others.push(this.#and().test)
    const left = this.tokens[this.#at]
    if (left) throw this.#problem('a word, a field, AND or OR')
    if (others.length === 0) return first
    const [from, to] = [this.tokens[0]!.from, this.tokens.at(-1)!.to]
    return { test: anyOf([first.test, ...others]), parts: [{ from, to, text: this.text.slice(from, to) }] }
  }

  #or(): Test {
    const tests = [this.#and().test]
    while (this.#take('OR')) tests.push(this.#and().test)
    return anyOf(tests)
  }

  #and(): Pick<Query, 'test' | 'parts'> {
    const tests: Test[] = []
    const parts: QueryPart[] = []
    do {
      const from = this.tokens[this.#at]?.from ?? this.text.length
      tests.push(this.#not())
      const { to } = this.tokens[this.#at - 1]!
      parts.push({ from, to, text: this.text.slice(from, to) })
    } while (this.#take('AND') || this.#begins())
    return { test: (subject) => tests.every((test) => test(subject)), parts }
  }

  #not(): Test {
    if (!this.#take('NOT') && !this.#take('-')) return this.#one()
    const test = this.#deeper(() => this.#not())
    return (subject) => !test(subject)
  }

  #one(): Test {
    const token = this.tokens[this.#at]
    if (token?.type === '(') {
      this.#at++
      const test = this.#deeper(() => this.#or())
      if (!this.#take(')')) throw this.#problem('a closing bracket')
      return test
    }
    if (token?.type !== 'text' && token?.type !== 'term') throw this.#problem('a word, a field or a bracket')
    this.#at++
    return token.type === 'term' ? termTest(token) : textTest(token.text)
  }

  #deeper(read: () => Test): Test {
    if (++this.#depth > DEEPEST) throw this.#problem(`at most ${DEEPEST} brackets in each other`)
    const test = read()
    this.#depth--
    return test
  }

  /** Whether something begins here that stands beside what was read: AND may be left out. */
  #begins(): boolean {
    const type = this.tokens[this.#at]?.type
    return type !== undefined && type !== 'OR' && type !== ')' && type !== 'AND'
  }

  #take(type: Token['type']): boolean {
    if (this.tokens[this.#at]?.type !== type) return false
    this.#at++
    return true
  }

  #problem(expected: string): QueryError {
    const token = this.tokens[this.#at]
    if (!token) return new QueryError({ at: this.text.length, expected, got: 'the end of the query' })
    return new QueryError({ at: token.from, expected, got: `"${this.text.slice(token.from, token.to)}"` })
  }
}

const anyOf =
  (tests: readonly Test[]): Test =>
  (subject) =>
    tests.some((test) => test(subject))

function textTest(text: string): Test {
  const sought = text.toLowerCase()
  return ({ texts }) => texts.some((one) => one.toLowerCase().includes(sought))
}
