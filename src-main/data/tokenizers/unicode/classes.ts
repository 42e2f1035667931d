import { testOf, union, type Ranges } from './ranges'
import { CLASSES } from './tables'

export type ClassName = keyof typeof CLASSES

/** The code points of a class as the reference has it, whatever Unicode the engine that runs this knows. */
export function rangesOf(name: ClassName): Ranges {
  let at = 0
  return CLASSES[name].split(' ').map((step) => (at += parseInt(step, 36)))
}

const tests = new Map<ClassName, (point: number) => boolean>()

/** Whether a code point is of a class. Made when it is first asked for. */
export function isOf(name: ClassName): (point: number) => boolean {
  const known = tests.get(name)
  if (known) return known
  const made = testOf(rangesOf(name))
  tests.set(name, made)
  return made
}

/** What `\p{…}` may name in a pattern. */
const PROPERTIES: Readonly<Record<string, readonly ClassName[]>> = {
  L: ['Lu', 'Ll', 'Lt', 'Lm', 'Lo'],
  Lu: ['Lu'],
  Ll: ['Ll'],
  Lt: ['Lt'],
  Lm: ['Lm'],
  Lo: ['Lo'],
  M: ['M'],
  N: ['Nd', 'Nl', 'No'],
  Nd: ['Nd'],
  Nl: ['Nl'],
  No: ['No'],
  P: ['P'],
  S: ['S'],
  Z: ['Z'],
  Han: ['Han'],
}

/** Ranges of a property of Unicode; undefined for one that is not known here. */
export function propertyRanges(name: string): Ranges | undefined {
  return Object.hasOwn(PROPERTIES, name) ? union(PROPERTIES[name]!.map(rangesOf)) : undefined
}

export const PROPERTY_NAMES = Object.keys(PROPERTIES)
