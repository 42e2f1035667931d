import { describe, expect, it } from 'vitest'
import { studentLooks } from '../../src-renderer/lib/roles'
import { againstCeiling, againstTable, seriesOf } from '../../src-renderer/views/studies/against-ceiling'
import { paperFigure } from '../../src-renderer/views/studies/paper'
import type { Palette } from '../../src-renderer/state/theme.svelte'
import { ACCURACY, accuracyIn } from './sample'
import { studyResult } from './bridge'

const palette = new Proxy({}, { get: () => '#000000' }) as Palette
const results = studyResult('s', 'last').arms.map(({ result }) => result)
const look = studentLooks(results.map(({ arm }) => arm))
const binary = { id: 'spam', form: 'classes', classes: ['no', 'yes'] } as const
const task = (over: object) => ({ ...binary, classes: [...binary.classes], ...over })

describe('students against their ceilings', () => {
  it('stand where ceiling and student are, every arm once, by supervisor and method', () => {
    const series = seriesOf(results, 'accuracy', look)
    expect(series.flatMap(({ arms }) => arms)).toHaveLength(results.length)
    const config = againstCeiling({ series, metric: ACCURACY, paper: null, palette, onopen: () => undefined })
    const marks = config.data.datasets.filter(({ label, showLine }) => label && showLine === false)
    const places = marks.flatMap(({ data }) => data as { x: number; y: number }[])
    const expected = results.map(accuracyIn).map(({ ceiling, student }) => [ceiling.value, student.value])
    expect(new Set(places.map(({ x, y }) => [x, y].join()))).toEqual(new Set(expected.map((at) => at.join())))
  })

  it('have the paper behind them only where it is asked for, and in no number of ours', () => {
    const series = seriesOf(results, 'accuracy', look)
    const paper = paperFigure(task({}), ACCURACY)!
    const [bare, both] = [null, paper].map((of) =>
      againstCeiling({ series, metric: ACCURACY, paper: of, palette, onopen: () => undefined }),
    )
    const own = (config: typeof bare) =>
      config!.data.datasets.filter(({ label, silent }) => label !== paper.title && !silent)
    expect(own(both).map(({ data }) => data)).toEqual(own(bare).map(({ data }) => data))
    expect(both!.data.datasets.filter(({ label }) => label === paper.title)).toHaveLength(paper.lines.length)
    expect(againstTable(series, paper, ACCURACY).values.rows.at(-1)![0]).toMatch(
      /^Burns et al\. 2023, figure 3a, read off the figure/,
    )
    expect(againstTable(series, null, ACCURACY).shown.rows).toHaveLength(results.length)
  })
})

describe("the paper's figures", () => {
  it('go with accuracy over as many choices alone', () => {
    expect(paperFigure(task({}), ACCURACY)?.title).toContain('figure 3a')
    expect(paperFigure(task({ form: 'options' }), ACCURACY)?.title).toContain('figure 3c')
    expect(paperFigure(task({ id: 'chess-puzzles', form: 'text', classes: [] }), ACCURACY)?.title).toContain(
      'figure 3b',
    )
    expect(paperFigure(task({ classes: ['a', 'b', 'c'] }), ACCURACY)).toBeNull()
    expect(paperFigure(task({}), { ...ACCURACY, id: 'auroc' })).toBeNull()
    expect(paperFigure(undefined, ACCURACY)).toBeNull()
  })

  it('are as they were read: figure 3b ends at 18.8 % for a ceiling of 84.5 %', () => {
    const chess = paperFigure(task({ id: 'chess-puzzles' }), ACCURACY)!
    expect(chess.lines[0]!.points.at(-1)).toEqual({ ceiling: 0.845, student: 0.188 })
    for (const { points } of chess.lines)
      for (const at of points) for (const value of Object.values(at)) expect(value > 0 && value < 1).toBe(true)
  })
})
