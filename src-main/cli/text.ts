/** What stands in a table where there is nothing. */
export const NOTHING = '-'

/** `0.874`; a dash when there is no number. */
export function decimal(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined ? NOTHING : value.toFixed(digits)
}

export const percent = (share: number): string => `${Math.floor(100 * share)}%`

/** A span of time for people: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  const pad = (n: number) => String(n).padStart(2, '0')
  if (minutes < 60) return `${minutes} min ${pad(whole % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes for people, in powers of 1000: `1.2 MB`. */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

/** Energy for people: `0.74 Wh`, `120 Wh`. */
export const energy = (wattHours: number): string => `${TWO.format(wattHours)} Wh`
const TWO = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 2, maximumSignificantDigits: 2 })

/** Parameters of a model for people: `4.2 k`, `17.2 M`, `1.71 B`. */
export function parameterCount(parameters: number): string {
  if (parameters < 1e6) return `${(parameters / 1e3).toFixed(1)} k`
  return parameters < 1e9 ? `${(parameters / 1e6).toFixed(1)} M` : `${(parameters / 1e9).toFixed(2)} B`
}

/** `1 file`, `2 files`. */
export const count = (n: number, noun: string): string => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`

/** A local point in time: `2026-11-23 08:15`. */
export function moment(time: number): string {
  const at = new Date(time)
  const pad = (n: number) => String(n).padStart(2, '0')
  const day = [at.getFullYear(), pad(at.getMonth() + 1), pad(at.getDate())].join('-')
  return `${day} ${pad(at.getHours())}:${pad(at.getMinutes())}`
}

interface Layout {
  /** Columns that are aligned to the right. */
  right?: readonly number[]
  /** Folds the last column so that lines fit. */
  width?: number
}

const LEAST_WIDTH = 24

/** Rows as lines whose columns are aligned by spaces, two between them. */
export function columns(rows: string[][], { right = [], width = Infinity }: Layout = {}): string[] {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => [...(row[c] ?? '')].length)))
  const before = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, 0)
  const last = Math.max(LEAST_WIDTH, width - before)
  const fit = (cell: string, c: number) => {
    const space = ' '.repeat(Math.max(0, widths[c]! - [...cell].length))
    return right.includes(c) ? space + cell : cell + space
  }
  return rows.flatMap((row) => {
    const cells = row.map(fit)
    const folded = before > 0 && widths.at(-1)! > last ? wrap(cells.pop()!, last) : [cells.pop() ?? '']
    return folded.map((part, i) => (i === 0 ? [...cells, part].join('  ') : ' '.repeat(before) + part).trimEnd())
  })
}

/** A text as lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return line ? [...lines, line] : lines
}
