import { expect, it } from 'vitest'
import { plottedTable } from '../../src-renderer/lib/plotted'
import { toCsv } from '../../src-renderer/lib/tables'

it('tells what a chart draws under its names: lines by places, bars by labels, no gaps and no helpers', () => {
  const line = plottedTable<'line'>({
    type: 'line',
    data: {
      datasets: [
        {
          label: 'student',
          data: [
            { x: 0, y: 0.5 },
            { x: 1, y: NaN },
            { x: 2, y: 0.75 },
          ],
        },
        { silent: true, endLabel: 'ceiling', data: [{ x: 0, y: 0.9 }] },
        { silent: true, data: [{ x: 0, y: 7 }] },
      ],
    },
  })
  expect(toCsv(line)).toBe('of,x,y\r\nstudent,0,0.5\r\nstudent,2,0.75\r\nceiling,0,0.9\r\n')
  const bar = plottedTable<'bar'>({
    type: 'bar',
    data: {
      labels: ['unsure', 'sure'],
      datasets: [
        { label: 'rows', data: [3, 4] },
        { label: 'interval', data: [[1, 5], NaN] },
      ],
    },
  })
  expect(bar.values.rows).toEqual([
    ['rows', 'unsure', 3],
    ['rows', 'sure', 4],
    ['interval', 'unsure', 1],
    ['interval', 'unsure', 5],
  ])
})
