import { lineOptions, markerOf, NEAREST, tooltipLook, type ChartConfiguration } from '../../lib/charting'
import { share } from '../../lib/format'
import { amount, words } from '../../lib/columns'
import { tableOf, type Table } from '../../lib/tables'
import type { BatchMix } from '../../lib/types'
import type { Palette } from '../../state/theme.svelte'

type Batch = Extract<BatchMix, { found: true }>
type Row = Batch['rows'][number]
interface Dot {
  x: number
  y: number
  text: string
}

/** The class that a row is drawn by: the second of two, of more that to which the student's answer hardens. */
export const shownClass = ({ weak, own }: Row): number => (weak.length === 2 ? 1 : own)

/** Every row over the student's own answer: its weak label, and the target that it is drawn to, joined by a line. */
export function mixChart({ classes, rows, threshold }: Batch, p: Palette): ChartConfiguration<'line'> {
  const two = classes.length === 2
  const of = two ? `“${classes[1]}”` : 'the hardened class'
  const axis = (title: string) => ({ min: 0, max: 1, title, step: 0.25, format: (v: number) => share(v, 2) })
  const base = lineOptions(p, axis(`student: probability of ${of}`), axis(`label: probability of ${of}`), 14)
  const dots = (pick: (row: Row) => number[]): Dot[] =>
    rows.map((row) => {
      const c = shownClass(row)
      const [weak, student, target] = [row.weak, row.student, row.target].map((q) => share(q[c], 2))
      const text = `${classes[c]}: weak label ${weak}, student ${student}, target ${target}. ${row.text.slice(0, 60)}`
      return { x: row.student[c]!, y: pick(row)[c]!, text }
    })
  const [weak, targets] = [dots((row) => row.weak), dots((row) => row.target)]
  const joined = weak.flatMap((dot, i) => [dot, targets[i]!, { ...dot, y: NaN }])
  return {
    type: 'line',
    data: {
      datasets: [
        {
          label: 'weak label',
          data: weak,
          showLine: false,
          order: 1,
          ...markerOf({ marker: 'circle' }, p.weak, p.pane),
        },
        {
          label: 'target',
          data: targets,
          showLine: false,
          order: 0,
          ...markerOf({ marker: 'triangle' }, p.student2, p.pane),
        },
        { silent: true, data: joined, borderColor: p.edge, borderWidth: 1, order: 2 },
      ],
    },
    options: {
      ...base,
      normalized: false,
      interaction: NEAREST,
      plugins: {
        tooltip: { ...tooltipLook(p), callbacks: { title: () => '', label: (item) => (item.raw as Dot).text } },
        annotation: { annotations: threshold === null ? {} : { threshold: thresholdLine(1 - threshold, p) } },
      },
    },
  }
}

/** The rows as they are listed, and the α that their targets are by. */
export function batchTable({ classes, rows, alpha }: Batch): Table {
  const probability = (head: string, of: (row: Row) => readonly number[]) =>
    amount<Row>(head, { of: (row) => of(row)[shownClass(row)], unit: '', shown: (v) => share(v, 2) })
  return tableOf(rows, [
    words('Text', ({ text }) => text),
    words('Class', (row) => classes[shownClass(row)]!),
    probability('Weak label', ({ weak }) => weak),
    probability('Student', ({ student }) => student),
    words('Hardened', ({ own }) => classes[own]!),
    probability('Target', ({ target }) => target),
    amount('α', { of: () => alpha, unit: '', shown: (v) => share(v, 2) }),
  ])
}

/** At and below it, seen from the second class, an answer hardens to the first. */
const thresholdLine = (x: number, p: Palette) => ({
  ...{ type: 'line' as const, xMin: x, xMax: x, borderColor: p.soft, borderWidth: 1, borderDash: [3, 3] },
  label: {
    ...{ display: true, content: 'threshold', position: 'end' as const, color: p.soft },
    ...{ backgroundColor: 'transparent', padding: 2, xAdjust: 28, font: { size: 11 } },
  },
})
