import type { Rng } from '../../maths/rng'
import type { Example, TaskRow } from '../task'

/** Fewer of a class, or with the right option at one place, than this in a split, and an accuracy over it says nothing. */
export const MIN_PER_CHOICE = 5

/** Rows that were dealt to a split. */
export interface Dealt<R extends TaskRow> {
  rows: readonly R[]
  /** Indices of those of them that the split may have. */
  chosen: readonly number[]
  /** Most examples that it has. */
  size: number
  rng: Rng
  /** What it is, for an error. */
  where: string
}

/** What the form of a task says of its splits: one file a form. */
export interface Rules<R extends TaskRow> {
  /** Texts of a row of which a row with the same must not lie in another split. */
  texts(row: R): readonly string[]
  /** How many sorts of rows there are of which every split gets its share, and the sort of a row. */
  sorts: number
  sortOf(row: R): number
  /**
   * Fewest examples of a split that an accuracy over them says something of; whoever draws fewer says so.
   */
  least: number
  /** The examples of a split, in random order. @throws Error with the numbers when they are too few */
  draw(dealt: Dealt<R>): Example[]
}

/** The group of an example: one without stands alone. */
export const groupOf = ({ group }: TaskRow, index: number): string => group ?? `row ${index}`
