import { z } from 'zod'
import type { MethodChoice } from './choices'
import { METHODS } from '../methods'
import { methodChoice } from './spec'

/** What of a method changes over its training: one line an option of the parameter that decides it. */
export interface Course {
  /** E.g. "α". */
  name: string
  help: string
  /** `values` are spread evenly over the training, the first at its start, the last at its end. */
  lines: { label: string; chosen: boolean; values: number[] }[]
  /** Whether it weighs the student's own answers in what is fitted: then a batch of it can be shown. */
  mixes: boolean
}

const PIECES = 200

const methodsOf = z.object({ methods: z.array(methodChoice().nullable().catch(null)).catch([]) }).catch({ methods: [] })

/** The course of every method that an input names, spec or not; null for one that has none or cannot be read. */
export function coursesOf(input: unknown): (Course | null)[] {
  return methodsIn(input).map((choice) => (choice ? courseOf(choice) : null))
}

/** The methods that an input names, spec or not; null for one that cannot be read. */
export const methodsIn = (input: unknown): (MethodChoice | null)[] => methodsOf.parse(input).methods

function courseOf({ method, ...params }: MethodChoice): Course | null {
  const { schedule, mix, params: table } = METHODS[method]!
  if (!schedule) return null
  const { name, help, by } = schedule
  const deciding = table[by]
  if (deciding?.type !== 'choice') return null
  const lines = deciding.options.map(({ value, label }) => ({
    label,
    chosen: value === params[by],
    values: Array.from({ length: PIECES + 1 }, (_, i) => schedule.at(i / PIECES, { ...params, [by]: value })),
  }))
  return { name, help, lines, mixes: mix !== undefined }
}
