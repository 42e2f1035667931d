import { refuse } from '../../checkpoints/errors'
import { testOf } from '../unicode/ranges'
import { parsePattern, type Pattern } from './parse'

/** Start and end of a match, in UTF-16 units. */
export type Span = readonly [start: number, end: number]

type Test = (point: number) => boolean
/** One step of a pattern; without a step of another kind the next one follows. */
type Step =
  | { do: 'take'; test: Test }
  /** `first` is tried before `second`; `id` counts such steps. */
  | { do: 'split'; first: number; second: number; id: number }
  | { do: 'go'; to: number }
  | { do: 'ahead'; test: Test; negative: boolean }
  | { do: 'edge'; of: 'start' | 'end' }
  | { do: 'found' }

const STEP_LIMIT = 4000
const SPLIT_LIMIT = 512

/**
 * Finds every match of a pattern, leftmost first, as Oniguruma does. Takes time in proportion to text times pattern: a
 * choice that has failed at a place is not tried there again, so no pattern can go back and forth for ever.
 * @param where file and path, for messages
 * @throws CheckpointError naming what of the pattern is not known here
 */
export function searchOf(source: string, where: string): (text: string) => Span[] {
  const steps = compile(parsePattern(source, where), where)
  const splits = steps.filter(({ do: kind }) => kind === 'split').length
  const words = Math.ceil(splits / 32)
  let failed = new Uint32Array(0)
  return (text) => {
    const size = (text.length + 1) * words
    if (failed.length < size) failed = new Uint32Array(size)
    else failed.fill(0, 0, size)
    const found = findAll(steps, text, failed, words)
    // One very long text must not be held for by all that follow.
    if (size > 1 << 20) failed = new Uint32Array(0)
    return found
  }
}

function compile(pattern: Pattern, where: string): Step[] {
  const steps: Step[] = []
  let splits = 0
  const add = <S extends Step>(step: S): S => {
    if (steps.push(step) > STEP_LIMIT) refuse(where, `a pattern of at most ${STEP_LIMIT} steps`, 'more')
    return step
  }
  const split = () => {
    if (splits >= SPLIT_LIMIT) refuse(where, `a pattern of at most ${SPLIT_LIMIT} choices`, 'more')
    return add({ do: 'split', first: steps.length + 1, second: 0, id: splits++ })
  }
  /** What a split leads to: on into the part, or past it. */
  const around = (step: Step & { do: 'split' }, lazy: boolean) => {
    step.second = steps.length
    if (lazy) [step.first, step.second] = [step.second, step.first]
  }
  const write = (part: Pattern): void => {
    if (part.type === 'set') add({ do: 'take', test: testOf(part.ranges) })
    else if (part.type === 'ahead') add({ do: 'ahead', test: testOf(part.ranges), negative: part.negative })
    else if (part.type === 'edge') add({ do: 'edge', of: part.of })
    else if (part.type === 'sequence') part.parts.forEach(write)
    else if (part.type === 'choice') writeChoice(part.options)
    else writeRepeat(part)
  }
  const writeChoice = (options: Pattern[]) => {
    const ends = options.slice(0, -1).map((option) => {
      const step = split()
      write(option)
      const end = add({ do: 'go', to: 0 })
      step.second = steps.length
      return end
    })
    write(options.at(-1)!)
    for (const end of ends) end.to = steps.length
  }
  const writeRepeat = ({ part, min, max, lazy }: Pattern & { type: 'repeat' }) => {
    for (let i = 0; i < min; i++) write(part)
    if (max === Infinity) {
      const start = steps.length
      const step = split()
      write(part)
      add({ do: 'go', to: start })
      around(step, lazy)
      return
    }
    const optional: (Step & { do: 'split' })[] = []
    for (let i = min; i < max; i++) {
      optional.push(split())
      write(part)
    }
    for (const step of optional) around(step, lazy)
  }
  write(pattern)
  add({ do: 'found' })
  return steps
}

function findAll(steps: Step[], text: string, failed: Uint32Array, words: number): Span[] {
  const found: Span[] = []
  let last = -1
  for (let at = 0; at <= text.length;) {
    const end = matchAt(steps, text, at, failed, words)
    // Nothing is no match where the one before it has ended.
    if (end < 0 || (end === at && end === last)) {
      at += unitsAt(text, at)
      continue
    }
    found.push([at, end])
    last = end
    // What led to this match may lead to the next one; further on, and on other ways, all has failed.
    failed.fill(0, end * words, (end + 1) * words)
    at = end === at ? at + unitsAt(text, at) : end
  }
  return found
}

/** The end of the match that begins at `start`; -1 for none. */
function matchAt(steps: Step[], text: string, start: number, failed: Uint32Array, words: number): number {
  const later: number[] = []
  let step = 0
  let at = start
  for (;;) {
    const now = steps[step]!
    let goesOn = true
    switch (now.do) {
      case 'found':
        return at
      case 'take':
        goesOn = at < text.length && now.test(text.codePointAt(at)!)
        if (goesOn) at += unitsAt(text, at)
        step++
        break
      case 'split': {
        const word = at * words + (now.id >> 5)
        const bit = 1 << (now.id & 31)
        goesOn = (failed[word]! & bit) === 0
        if (goesOn) {
          // Seen again before it has led to a match, it will have failed.
          failed[word]! |= bit
          later.push(now.second, at)
          step = now.first
        }
        break
      }
      case 'go':
        step = now.to
        break
      case 'ahead':
        goesOn = (at < text.length && now.test(text.codePointAt(at)!)) !== now.negative
        step++
        break
      case 'edge':
        goesOn = isEdge(text, at, now.of)
        step++
    }
    if (goesOn) continue
    if (later.length === 0) return -1
    at = later.pop()!
    step = later.pop()!
  }
}

/** Ends of lines; behind a newline that ends the text no line begins. */
function isEdge(text: string, at: number, of: 'start' | 'end'): boolean {
  if (of === 'end') return at === text.length || text[at] === '\n'
  return at === 0 || (text[at - 1] === '\n' && at < text.length)
}

function unitsAt(text: string, at: number): number {
  const point = text.codePointAt(at)
  return point !== undefined && point > 0xffff ? 2 : 1
}
