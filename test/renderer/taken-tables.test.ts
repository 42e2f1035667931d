// What is taken of a table: values with all their digits, and names that neither CSV nor LaTeX reads as its own signs.
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import { amount, ranged, told, words } from '../../src-renderer/lib/columns'
import { tableOf, toCsv, toLatex } from '../../src-renderer/lib/tables'
import { share } from '../../src-renderer/lib/format'
import FlowBands from '../../src-renderer/views/inspector/FlowBands.svelte'
import { batchOf } from './sample-plans'
import { CONTEXT, comparisonOf, PRESETS } from './sample'
import { LOOKS } from './sample-looks'
import { MODELS } from './sample-models'
import { detailOf, find } from './sample-runs'
import { CATALOG } from './bridge'
import { open } from './window'

const HARD = 'a_b & 50 % #1 {x} <y> "z", \\end'
const HARD_CSV = '"a_b & 50 % #1 {x} <y> ""z"", \\end"'
const HARD_LATEX = 'a\\_b \\& 50 \\% \\#1 \\{x\\} \\textless{}y\\textgreater{} "z", \\textbackslash{}end'

afterEach(() => {
  vi.restoreAllMocks()
  cleanup()
})

/** What the clipboard got by the buttons of a table. */
async function taken(title: string): Promise<{ csv: string[]; latex: string }> {
  let copied = ''
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation((text) => Promise.resolve(void (copied = text)))
  const copy = async (kind: string) => {
    copied = ''
    const name = `Copy as ${kind}: ${title}`
    await fireEvent.click(await screen.findByRole('button', { name, hidden: true }, { timeout: 10_000 }))
    await waitFor(() => expect(copied).not.toBe(''))
    return copied
  }
  return { csv: (await copy('CSV')).split('\r\n').slice(0, -1), latex: await copy('LaTeX') }
}

it('keeps every digit for programs and the rounding for papers, leaves out what is no number, escapes what begins a line', () => {
  const table = tableOf(
    [
      { a: '[x]', b: -1 / 3, c: NaN },
      { a: HARD, b: 1e-7, c: null },
    ],
    [
      words('a', ({ a }) => a),
      amount('b', { of: ({ b }) => b, unit: 'share', shown: (v) => share(v) }),
      amount('c', { of: ({ c }) => c, unit: '', shown: (v) => share(v), none: () => '' }),
    ],
  )
  expect(toCsv(table)).toBe(`a,b,b unit,c\r\n[x],-0.3333333333333333,share,\r\n${HARD_CSV},1e-7,share,\r\n`)
  expect(toLatex(table)).toContain('\n  {}[x] & $-$.333 & – \\\\\n')
  expect(toLatex(table)).toContain(`\n  ${HARD_LATEX} & .000 &  \\\\\n`)
})

describe('tables as text', () => {
  const table = tableOf(
    [
      { method: 'a, "b"', text: '\u2212.10 ±\u00a0.02', of: { value: -0.1, low: -0.12, high: -0.08 } },
      { method: '50 %', text: '', of: null },
    ],
    [
      words('Method & α', ({ method }) => method),
      ranged('PGR', { of: ({ of }) => of, unit: 'share', shown: (_, { text }) => text, none: () => '' }),
    ],
  )
  it('CSV quotes what has commas and quotes, and has ends and units in columns of their own', () => {
    expect(toCsv(table)).toBe(
      'Method & α,PGR,PGR 95 % low,PGR 95 % high,PGR unit\r\n"a, ""b""",-0.1,-0.12,-0.08,share\r\n50 %,,,,\r\n',
    )
  })
  it('LaTeX escapes what it would read', () => {
    expect(toLatex(table)).toBe(
      [
        '\\begin{tabular}{lr}',
        '  \\toprule',
        '  Method \\& $\\alpha$ & PGR \\\\',
        '  \\midrule',
        '  a, "b" & $-$.10 $\\pm$~.02 \\\\',
        '  50 \\% &  \\\\',
        '  \\bottomrule',
        '\\end{tabular}',
        '',
      ].join('\n'),
    )
  })
})

it.each(['=1+1', '+a', '-a', '@SUM(A1)', '\tx', '\rx', '\n=x', '-', '+1+1', '＝1', '-0.1.2', '=-1'])(
  'guards the text %j, which a spreadsheet would compute',
  (text) => {
    const table = tableOf([text], [words('text', (of) => of)])
    expect(toCsv(table)).toBe(`text\r\n"'${text}"\r\n`)
  },
)

it.each([
  [-0.12, '-0.12'],
  ['-0.12', '-0.12'],
  ['+.5e-3', '+.5e-3'],
  [-1e-7, '-1e-7'],
  ['a=b', 'a=b'],
  [' =1', '" =1"'],
  [true, 'true'],
])('leaves %j as it is', (value, field) => {
  const table = tableOf(
    [value],
    [
      words('', () => 'row'),
      told(
        'value',
        (of) => of,
        (of) => String(of),
      ),
    ],
  )
  expect(toCsv(table)).toBe(`,value\r\nrow,${field}\r\n`)
})

it('guards heads, too', () => {
  expect(toCsv(tableOf([1], [words('=class', () => 'x')]))).toBe(`"'=class"\r\nx\r\n`)
})

it.each([
  ['#/home', 'Recent runs'],
  ['#/studies', 'Runs'],
])('lists runs with the ends of what they found, at %s', async (place, title) => {
  const run = { ...detailOf(find('run-done')), name: HARD, headline: 'naive: .5\nother: .6' }
  const found = { arms: 2, undefined: 1, doubtful: 0, pgr: { low: -0.123456789, high: 0.5 }, seeds: null, asked: 3 }
  open(place, {
    runs: () => [{ ...run, found, createdAt: 0, endedAt: 1, seconds: 12.25, stagesDone: 4, stagesTotal: 5 }],
  })
  const { csv, latex } = await taken(title)
  expect(csv[0]).toMatch(/^Run,id,state,question,found,arms,PGR lowest,PGR highest,/)
  expect(csv[1]!.startsWith(`${HARD_CSV},run-done,done,`)).toBe(true)
  expect(csv[1]).toContain('naive: .5; other: .6,2,-0.123456789,0.5,1,0,,,3,4,5,12.25,s,1970-01-01T00:00:00.000Z')
  expect(latex).toContain(HARD_LATEX)
  expect(latex).toContain('& 4 & 5 & 12~s & 1 Jan 1970')
})

it('tells how many went which way up the ladder, and their share', async () => {
  const flow = [
    { path: '011', n: 1234 },
    { path: '000', n: 617 },
  ]
  render(FlowBands, { flow, filter: { cells: [], search: '' }, onchange: () => undefined })
  expect((await taken('Up the ladder')).csv).toEqual([
    'weak,rung 1,student,examples,share',
    'wrong,right,right,1234,0.6666666666666666',
    'wrong,wrong,wrong,617,0.3333333333333333',
  ])
})

it('lists the runs of a sweep one by one, and why one cannot run', async () => {
  open('#/builder')
  await fireEvent.click(await screen.findByRole('button', { name: 'Sweep over a field' }, { timeout: 10_000 }))
  await fireEvent.input(await screen.findByRole('textbox', { name: 'Values of Epochs' }), {
    target: { value: '1, many' },
  })
  await screen.findByText('Type a number; "many" is none.')
  const { csv, latex } = await taken('Runs of the sweep')
  expect(csv[0]).toBe('Epochs,stages to run,cached,shared,takes,takes unit,takes by,problem')
  expect(csv[1]).toMatch(/^1,\d+,0,0,0,s,past stages,$/)
  expect(csv[2]).toBe('many,,,,,,past stages,"Type a number; ""many"" is none."')
  expect(latex).toContain('\n  Epochs & stages to run &')
})

it('gives the probabilities of a batch whole', async () => {
  open('#/builder')
  const summary = await screen.findByText('Targets of a real batch', {}, { timeout: 10_000 })
  await screen.findByRole('button', { name: /^Run \d+ stages/ }, { timeout: 10_000 })
  const details = summary.closest('details')!
  details.open = true
  await fireEvent(details, new Event('toggle'))
  await screen.findByText('α = .50')
  const { csv, latex } = await taken('Rows of the batch')
  const batch = batchOf(PRESETS[0]!.spec, 1, 1)
  if (!batch.found) throw new Error('the sample has a batch')
  const [{ weak, student, target }] = batch.rows as [(typeof batch.rows)[number]]
  expect(csv[0]).toBe('Text,Class,Weak label,Student,Hardened,Target,α')
  expect(csv[1]).toBe(`Passage 1,after 1913,${weak[1]},${student[1]},before 1913,${target[1]},${batch.alpha}`)
  expect(latex).toContain('& $\\alpha$ \\\\')
})

it('gives both arms and their difference with the ends of every interval', async () => {
  const [naive, confidence] = planExperiment(PRESETS[0]!.spec, CONTEXT).arms
  const found = comparisonOf(confidence!, naive!, 'last', 3)
  open(`#/results/run-done?arm=${confidence!.id}&with=${naive!.id}`, { compare: () => ({ ...found, looks: LOOKS }) })
  const { csv } = await taken('Both arms')
  const { student, pgr, of } = found.measures['accuracy']!
  expect(csv).toHaveLength(4)
  expect(csv[0]).toBe(
    'Arm,accuracy,accuracy 95 % low,accuracy 95 % high,accuracy unit,PGR,PGR 95 % low,PGR 95 % high,PGR unit,seeds,examples,note',
  )
  const ends = (one: { value: number; low: number; high: number }) => `${one.value},${one.low},${one.high}`
  expect(csv[1]).toContain(`,${ends(of.arm.student)},share,`)
  expect(csv[1]).toContain(`,3,${of.arm.student.examples},`)
  expect(csv[3]).toBe(`"difference, paired",${ends(student)},share,${ends(pgr!)},share of the gap,3,${found.examples},`)
})

it('lists tasks and models with their numbers', async () => {
  open('#/data')
  const tasks = (await taken('Tasks')).csv
  expect(tasks[0]).toBe('Task,id,question,form,classes,examples,licence,source,origin')
  const sotu = CATALOG.tasks.find(({ id }) => id === 'sotu')!
  expect(tasks.find((line) => line.includes(',sotu,'))).toContain(`,${sotu.classes.join(' / ')},${sotu.examples},`)
  cleanup()
  open('#/models')
  const models = (await taken('Models')).csv
  expect(models).toHaveLength(MODELS.length + 1)
  const { id, title, family, parameters, here, download } = MODELS[0]!
  expect(models[1]!.startsWith([title, id, family, parameters, here?.size ?? download, 'bytes'].join())).toBe(true)
})

it('reads curves with the ends of their bands, and the arms of a run with those of their PGR', async () => {
  open('#/curves/run-done')
  const readings = (await taken('Readings')).csv
  expect(readings[0]).toBe('Quantity,line,step,value,value unit,band low,band high,n')
  const [value, , low, high] = readings[1]!.split(',').slice(-5, -1).map(Number) as [number, number, number, number]
  expect([value - low, high - value]).toEqual([expect.closeTo(0.02, 9), expect.closeTo(0.02, 9)])
  cleanup()
  open('#/studies', { findRuns: () => ({ ids: ['run-done'], parts: [], problem: null }) })
  await screen.findByText('1 run')
  await fireEvent(window, new KeyboardEvent('keydown', { key: 'j', bubbles: true }))
  const { csv } = await taken('Arms of the selected run')
  expect(csv[0]).toBe('Arm,task,weak,student,metric,PGR,PGR 95 % low,PGR 95 % high,PGR unit,seeds,seeds asked,note')
  expect(csv.length).toBeGreaterThan(1)
})
