// Whatever stands in rows or is drawn can be taken: every component that holds a table or a chart holds its export, too.
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../../src-renderer')
const components = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.svelte'))
  .map((name) => ({ name: name.replaceAll('\\', '/'), markup: markupOf(readFileSync(join(root, name), 'utf8')) }))

/** What is left of a component without its scripts, styles and comments. */
function markupOf(text: string): string {
  return text.replace(/<script[\s\S]*?<\/script>|<style[\s\S]*?<\/style>|<!--[\s\S]*?-->/g, '')
}

/** Whether a table stands there that nobody can take. */
function keepsTable(markup: string): boolean {
  const rest = markup.replace(/<TakenTable[\s\S]*?<\/TakenTable>/g, '')
  return /<table|role="(grid|table|treegrid)"/.test(rest) && !rest.includes('<TableExport')
}
/** Whether something is drawn there that nobody can take; `ChartCard` and `ChartFigure` have their own. */
const keepsChart = (markup: string) =>
  /<(Chart|canvas|svg|SvelteFlow)[\s>]/.test(markup) && !markup.includes('<ChartActions')

/** Tables without an export of their own, and why. */
const TABLES: Record<string, string> = {
  'KeysDialog.svelte': 'keys of the app; nothing of it is data',
  'ui/Facts.svelte': 'names and values of one thing; what is measured among them stands in the tables of its page',
  'ui/Markdown.svelte': 'prose of the guide and of model cards',
  'ui/PlottedTable.svelte': 'numbers of a chart, which are taken by the buttons of the chart',
  'views/inspector/ExampleList.svelte': 'Slice takes the whole list, of which only a page is here',
  'views/studies/RunGrid.svelte': 'Studies takes the list',
}
/** Drawings without an export of their own, and why. */
const CHARTS: Record<string, string> = {
  'ui/Board.svelte': 'a position of chess, which its text tells',
  'ui/Chart.svelte': 'the canvas of ChartCard and ChartFigure',
  'ui/Marker.svelte': 'a mark of a legend',
  'ui/Swatch.svelte': 'a mark of a legend',
  'views/builder/Halves.svelte': 'how a task is cut; its counts stand in the table below, or are not known yet',
  'views/builder/LadderGraph.svelte': 'a form: the rungs of a ladder, put in order',
  'views/home/RunningCard.svelte': 'a curve as a hint, hidden from readers; Monitor draws it with its axes',
  'views/inspector/Strip.svelte': 'one answer in a row of a table, where it stands as a number',
}

describe('every table', () => {
  it.each(components)('$name', ({ name, markup }) => {
    expect(keepsTable(markup)).toBe(name in TABLES)
  })
  it('would be missed', () => {
    expect(keepsTable('<TakenTable {title}><table></table></TakenTable><table></table>')).toBe(true)
    expect(keepsTable('<div role="grid"></div>')).toBe(true)
    expect(keepsTable('<TakenTable {title}><table></table></TakenTable>')).toBe(false)
  })
  it('is taken as CSV, to the clipboard and to a file, and as LaTeX', () => {
    const { markup } = components.find(({ name }) => name === 'ui/TableExport.svelte')!
    for (const label of ['Copy as CSV', 'Copy as LaTeX', 'Save as CSV']) expect(markup).toContain(`label="${label}: `)
  })
})

describe('every chart', () => {
  it.each(components)('$name', ({ name, markup }) => {
    expect(keepsChart(markup)).toBe(name in CHARTS)
  })
  it('would be missed', () => {
    expect(keepsChart('<Chart {config} />')).toBe(true)
    expect(keepsChart('<svg\n  {width}></svg>')).toBe(true)
    expect(keepsChart('<ChartCard {config} />')).toBe(false)
  })
  it('is taken as SVG and PNG, and its numbers as CSV, by the clipboard, and as a table', () => {
    const { markup } = components.find(({ name }) => name === 'ui/ChartActions.svelte')!
    for (const label of ['Save as SVG', 'Save as a picture', 'Copy the plotted numbers', 'Save the plotted numbers'])
      expect(markup).toContain(`label="${label}: `)
    expect(markup).toContain('`As a table: ${title}`')
  })
})
