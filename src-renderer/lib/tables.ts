// What is taken of a table. Papers get what is read on the screen, rounded as there; programs get the values with all their
// digits, with the ends of intervals, n and units in columns of their own. Both come of one list of columns.
import Papa from 'papaparse'

export type Value = string | number | boolean | null | undefined

/** Rows under their heads; the first column names the row. */
export interface Grid<T> {
  readonly head: readonly string[]
  readonly rows: readonly (readonly T[])[]
}
export interface Table {
  /** As it is read. */
  readonly shown: Grid<string>
  /** As its values are; no value where there is none. */
  readonly values: Grid<Value>
}

interface Part<R, T> {
  head: string
  of: (row: R) => T
}
/** One column as it is read, and those that hold what it says. */
export interface Column<R> {
  /** Null where only programs get it. */
  shown: Part<R, string> | null
  values: readonly Part<R, Value>[]
}

function grid<R, T>(rows: readonly R[], parts: readonly Part<R, T>[]): Grid<T> {
  return { head: parts.map(({ head }) => head), rows: rows.map((row) => parts.map(({ of }) => of(row))) }
}

/** A table; nothing of it is made before it is asked for. */
export function tableOf<R>(rows: readonly R[] | (() => readonly R[]), columns: readonly Column<R>[]): Table {
  const all = () => (typeof rows === 'function' ? rows() : rows)
  return {
    get shown() {
      return grid(
        all(),
        columns.flatMap(({ shown }) => shown ?? []),
      )
    },
    get values() {
      return grid(
        all(),
        columns.flatMap(({ values }) => values),
      )
    },
  }
}

/**
 * Text that a spreadsheet would take for a formula: OWASP's signs (CSV Injection), also in full width. What is a number
 * to the last sign is none, nor is it where it stands as text.
 */
const FORMULA = /^(?![+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$)[=+\-@\t\r\n＝＋－＠]/i

/** Comma-separated values (RFC 4180). Text that would be a formula has an apostrophe before it and is quoted, as OWASP has it. */
export function toCsv({ values: { head, rows } }: Table): string {
  const told = (value: Value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value)
  const all = [head, ...rows.map((row) => row.map(told))]
  return Papa.unparse(all, { newline: '\r\n', escapeFormulae: FORMULA }) + '\r\n'
}

const LATEX: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '\u2212': '$-$',
  '±': '$\\pm$',
  '→': '$\\to$',
  '≈': '$\\approx$',
  '×': '$\\times$',
  '\u00a0': '~',
  '…': '\\dots{}',
  α: '$\\alpha$',
}
const escaped = (text: string) =>
  text.replace(/[\\~^<>|\u2212±→≈×\u00a0…α]|[&%$#_{}]/g, (sign) => LATEX[sign] ?? `\\${sign}`).replaceAll('\n', ' ')

/** A `tabular` with the rules of booktabs; names to the left, all else to the right. */
export function toLatex({ shown: { head, rows } }: Table): string {
  // What follows the end of a row, or a rule, is read as an argument of it where it begins with one of these.
  const line = (cells: readonly string[]) =>
    `  ${cells
      .map(escaped)
      .join(' & ')
      .replace(/^(?=[[*(])/, '{}')} \\\\`
  return [
    `\\begin{tabular}{l${'r'.repeat(Math.max(0, head.length - 1))}}`,
    '  \\toprule',
    line(head),
    '  \\midrule',
    ...rows.map(line),
    '  \\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n')
}

/** A name for a file: what is no letter or digit is a hyphen. */
export const fileName = (title: string, ending: string): string =>
  `${
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 80) || 'table'
  }.${ending}`
