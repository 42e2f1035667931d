import { NESTING } from '../../data/json'
import { pathText, type Problem } from '../../science/spec/problems'

/** More values than this no call has. */
const MOST_VALUES = 100_000

/**
 * What of arguments that came over the line no JSON could say, or is too much: a structured clone carries bytes, big
 * integers, maps and loops, too. Null when there is nothing. Its cost is bounded, whatever comes.
 */
export function plainProblem(value: unknown): Problem | null {
  return look(value, [], new Set(), { left: MOST_VALUES })
}

function look(value: unknown, path: PropertyKey[], above: Set<object>, budget: { left: number }): Problem | null {
  const refuse = (expected: string, got: string): Problem => ({ path: pathText(path), expected, got })
  if (budget.left-- === 0) return refuse(`at most ${MOST_VALUES.toLocaleString('en')} values`, 'more')
  if (typeof value === 'bigint') return refuse('a value of JSON', 'a BigInt')
  if (typeof value !== 'object' || value === null) return null
  if (above.has(value)) return refuse('a value of JSON', 'an object that contains itself')
  if (above.size === NESTING) return refuse(`at most ${NESTING} levels of nesting`, 'more')
  if (!isPlain(value)) return refuse('a value of JSON', `a ${value.constructor.name}`)
  above.add(value)
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const found = look((value as Record<PropertyKey, unknown>)[key], [...path, key], above, budget)
    if (found) return found
  }
  above.delete(value)
  return null
}

function isPlain(value: object): boolean {
  const made: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || made === Object.prototype || made === null
}
