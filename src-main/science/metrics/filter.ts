import { z } from 'zod'
import type { ExampleRow } from './examples'

const range = (least: z.ZodNumber) => z.tuple([least, least])
const confidences = range(z.number().min(0).max(1))
const option = z.int().min(0).max(59)

export const REMARKS = ['any', 'note', '1', '2', '3', '4', '5'] as const

/** What examples are looked at. What is not said leaves all; what is said has to hold together. */
export const exampleFilterSchema = z.strictObject({
  /** Weak, student, ceiling: each right (1) or wrong (0); none means all. */
  cells: z.array(z.enum(['000', '001', '010', '011', '100', '101', '110', '111'])).max(8),
  /** Part of a text or of an option, in any case; '' means all. */
  search: z.string().max(500),
  /** Options (classes are such): the right one, and what supervisor and student say. */
  truth: option.optional(),
  weakSays: option.optional(),
  studentSays: option.optional(),
  /** From and to, both of them included. */
  weakConfidence: confidences.optional(),
  studentConfidence: confidences.optional(),
  /** In characters, see `lengthOf`. */
  length: range(z.int().min(0)).optional(),
  group: z.string().max(10_000).optional(),
  /** Of the student's answer over its training, see `Dynamics`. */
  trueConfidence: confidences.optional(),
  variability: confidences.optional(),
  /** The class that the student confidently holds it for, see `Joint`. */
  held: option.optional(),
  /** Up a ladder, see `pathsOf`. */
  path: z
    .string()
    .regex(/^[01]{3,40}$/)
    .optional(),
  /** What the user has said of it: a flag, a note, or any of both. */
  remark: z.enum(REMARKS).optional(),
})
export type ExampleFilter = z.infer<typeof exampleFilterSchema>

/** Characters (UTF-16 units) of an example, with its options where it has some. */
export const lengthOf = ({ text, options = [] }: Pick<ExampleRow, 'text' | 'options'>): number =>
  [text, ...options].reduce((sum, part) => sum + part.length, 0)

/** Whether an example is one of those that are looked at. */
export function fitting(filter: ExampleFilter): (row: ExampleRow) => boolean {
  const { cells, truth, weakSays, studentSays, weakConfidence, studentConfidence, length, group } = filter
  const sought = filter.search.trim().toLowerCase()
  return (row) =>
    (cells.length === 0 || cells.includes(row.cell)) &&
    (truth === undefined || row.truth === truth) &&
    (weakSays === undefined || row.weak.says === weakSays) &&
    (studentSays === undefined || row.student.says === studentSays) &&
    within(weakConfidence, row.weak.confidence) &&
    within(studentConfidence, row.student.confidence) &&
    (length === undefined || within(length, lengthOf(row))) &&
    (group === undefined || row.group === group) &&
    within(filter.trueConfidence, row.dynamics?.confidence) &&
    within(filter.variability, row.dynamics?.variability) &&
    (filter.held === undefined || row.held === filter.held) &&
    (filter.path === undefined || row.path === filter.path) &&
    isRemarked(row, filter.remark) &&
    (sought === '' || [row.text, ...(row.options ?? [])].some((text) => text.toLowerCase().includes(sought)))
}

function isRemarked({ remark }: ExampleRow, asked: ExampleFilter['remark']): boolean {
  if (asked === undefined) return true
  if (!remark) return false
  return asked === 'any' || (asked === 'note' ? remark.note !== '' : remark.flag === Number(asked))
}

/** What is not told lies in no range. */
const within = (range: readonly [number, number] | undefined, value: number | undefined): boolean =>
  range === undefined || (value !== undefined && value >= range[0] && value <= range[1])
