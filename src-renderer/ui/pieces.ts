/** Outlines of the pieces of chess in a square of 45 by 45, drawn for this program: its own licence holds for them. */
export const PIECES = {
  k: 'M21 4h3v3.5h3.5v3H24v4c4.5-2.5 12-2 13.5 3.5 1.3 4.8-2 8.5-5.5 12l1 8h-21l1-8c-3.5-3.5-6.8-7.2-5.5-12 1.5-5.5 9-6 13.5-3.5v-4h-3.5v-3H21z',
  q: 'M7 14.5l6.5 9 1.5-13 5.3 11.5 2.2-14 2.2 14L30 10.5l1.5 13 6.5-9-4 17.5.5 6h-24l.5-6z',
  r: 'M11.5 9h5.5v3.5h3V9h5v3.5h3V9h5.5v8.5l-4 3v10l3.5 3.5v4h-21v-4l3.5-3.5v-10l-4-3z',
  b: 'M22.5 5.5a2.7 2.7 0 0 1 1.8 4.7c4.7 2.9 7.7 7.3 7.7 12 0 2.9-1.3 5.2-3.5 6.8l1.5 4h4v5H11v-5h4l1.5-4c-2.2-1.6-3.5-3.9-3.5-6.8 0-4.7 3-9.1 7.7-12a2.7 2.7 0 0 1 1.8-4.7z',
  n: 'M13 38c0-7 2-10.5 7.5-15.5-3 .5-4.8 1-6.5 3-1.2 1.4-2.7 1.6-4 .8-1.6-1-2-2.8-1-4.6 2.2-3.9 4.3-7 5.5-10.7l.5-5 4.5 3.5c9.5-.5 15.5 6.5 15 17.5-.2 4-.5 7-.5 11z',
  p: 'M22.5 9a5.5 5.5 0 0 1 3.7 9.5c2.5 1 4 3 4 5.5h-3.2c.3 4.3 2 7.3 5.5 10v4h-20v-4c3.5-2.7 5.2-5.7 5.5-10h-3.2c0-2.5 1.5-4.5 4-5.5A5.5 5.5 0 0 1 22.5 9z',
} as const

/** Two squares by their names, e.g. "e2" and "e4". */
export interface Step {
  from: string
  to: string
}
/** What a board shows. */
export interface BoardProps {
  pieces: readonly { square: string; type: keyof typeof PIECES; color: 'w' | 'b' }[]
  /** Whose side is at the bottom. */
  bottom: 'w' | 'b'
  /** Colour token and marker of each; those between the same squares lie beside each other. */
  arrows: readonly (Step & { color: string; marker: 'rect' | 'circle' | 'rectRot' })[]
  /** Squares that are framed: where the right move begins and ends. */
  framed: Step | null
  /** The position in words. */
  label: string
}
