import type { TableText } from './tables'

const textOf = (cell: Element): string => {
  const copy = cell.cloneNode(true) as Element
  for (const hidden of copy.querySelectorAll('[aria-hidden="true"], kbd')) hidden.remove()
  return (copy.textContent ?? '').replace(/\s+/g, ' ').trim()
}

/** Cells of a row, one that spans several columns followed by empty ones. */
const cellsOf = (row: Element): string[] =>
  [...row.children].flatMap((cell) => [
    textOf(cell),
    ...Array<string>(Number(cell.getAttribute('colspan') ?? 1) - 1).fill(''),
  ])

/** A table as it stands on the screen: what is shown is what is taken. */
export function tableText(table: HTMLTableElement): TableText {
  const head = [...table.querySelectorAll('thead tr')].at(-1)
  return { head: head ? cellsOf(head) : [], rows: [...table.querySelectorAll('tbody tr')].map(cellsOf) }
}
