/** A quantity over training: columns of equal length, steps ascending. */
export interface Columns {
  step: number[]
  value: number[]
}

/** Several trainings as one: at every step that some of them have a point at, the middle and the band of those that do. */
export interface Grouped extends Columns {
  /** How many trainings have a point at this step. */
  n: number[]
  /** NaN where there is no band: an interval needs three trainings, a range two. */
  low: number[]
  high: number[]
}

/** `mean-t`: mean and its 95 % interval by Student's t over the trainings; else mean or median, and from least to most. */
export type Summary = 'mean-t' | 'mean-range' | 'median-range'
