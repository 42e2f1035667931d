import { expect, it } from 'vitest'
import { tableText } from '../../src-renderer/lib/table-text'
import { toLatex } from '../../src-renderer/lib/tables'

it('takes a table as it is shown: the last row of its head, spans as empty cells, nothing that is hidden', () => {
  document.body.innerHTML = `<table>
    <thead><tr><th colspan="3">group</th></tr><tr><th>arm</th><th colspan="2">student</th></tr></thead>
    <tbody><tr><th scope="row"><svg aria-hidden="true"><text>x</text></svg>naive
      <kbd>x</kbd></th><td>.612</td><td><button>± .012</button></td></tr></tbody>
  </table>`
  const table = tableText(document.querySelector('table')!)
  expect(table).toEqual({ head: ['arm', 'student', ''], rows: [['naive', '.612', '± .012']] })
  expect(toLatex(table)).toContain('naive & .612 & $\\pm$ .012')
})
