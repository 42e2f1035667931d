/** A table as text, to be read by people or programs: the first column names the row. */
export interface TableText {
  head: readonly string[]
  rows: readonly (readonly string[])[]
}

type Value = string | number | boolean | null | undefined

/** A table of values as they are: numbers with all their digits, an empty cell for what there is none of. */
export function fullTable(head: readonly string[], rows: readonly (readonly Value[])[]): TableText {
  const told = (value: Value) =>
    typeof value !== 'number' ? String(value ?? '') : Number.isFinite(value) ? String(value).replace('-', '\u2212') : ''
  return { head, rows: rows.map((row) => row.map(told)) }
}

/** Comma-separated values (RFC 4180), with a true minus as the sign that programs read. */
export function toCsv({ head, rows }: TableText): string {
  const field = (text: string) => {
    const plain = text.replaceAll('\u2212', '-').replaceAll('\u00a0', ' ')
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
  }
  return [head, ...rows].map((row) => row.map(field).join(',') + '\r\n').join('')
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
export function toLatex({ head, rows }: TableText): string {
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
