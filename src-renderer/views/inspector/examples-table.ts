import { amount, hidden, told as toldColumn, words } from '../../lib/columns'
import { share } from '../../lib/format'
import { moveName } from '../../lib/moves'
import { tableOf, type Column, type Table } from '../../lib/tables'
import type { ExampleRow, Said } from '../../lib/types'
import { told, verdictOn, type Students } from './slice'

/** Examples with what each model says of them, and how sure it is of that. @param of what they all share */
export function examplesTable(
  rows: readonly ExampleRow[],
  classes: readonly string[],
  students: Students,
  of: { task: string; seed: number },
): Table {
  const said = (who: string, by: (row: ExampleRow) => Said | undefined): Column<ExampleRow>[] => {
    const says = (row: ExampleRow) => {
      const one = by(row)
      return one ? told(one.says, classes) : ''
    }
    return [
      words(`${who} says`, says),
      amount(`${who} confidence`, { of: (row) => by(row)?.confidence, unit: '', shown: (v) => share(v) }),
      hidden(`${who} right`, (row) => by(row)?.right),
    ]
  }
  const { student, other } = students
  return tableOf(rows, [
    toldColumn(
      'no.',
      ({ index }) => index,
      ({ index }) => String(index),
    ),
    hidden('task', () => of.task),
    hidden('seed', () => of.seed),
    words('text', ({ text, options = [] }) => [text, ...options].filter(Boolean).join('\n')),
    hidden('group', ({ group }) => group),
    words('truth', ({ truth }) => told(truth, classes)),
    ...said('weak', ({ weak }) => weak),
    ...(other ? said(other.name, ({ against }) => against?.student) : []),
    ...said(student.name, (row) => row.student),
    ...said('ceiling', ({ ceiling }) => ceiling),
    words('verdict', (row) => (row.against ? moveName(row.against.move) : verdictOn(row).name)),
    hidden('flag', ({ remark }) => remark?.flag || null),
    hidden('note', ({ remark }) => remark?.note),
  ])
}
