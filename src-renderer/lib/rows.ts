/** Moves the focus to the next (`by` 1) or previous (−1) row of a table whose rows hold one element `data-row` each. */
export function stepFocus(table: HTMLElement | undefined, by: 1 | -1): void {
  const rows = [...(table?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
  const at = rows.findIndex((row) => row === document.activeElement)
  rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus()
}
