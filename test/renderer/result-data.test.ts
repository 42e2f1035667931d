import { Interaction } from 'chart.js'
import { describe, expect, it } from 'vitest'
import { planExperiment } from '../../src-main/science/plan/plan'
import { coursesOf } from '../../src-main/science/spec/courses'
import type { Arm, ArmResult, Pgr } from '../../src-preload/contract'
import { armLabels } from '../../src-renderer/lib/arms'
import { CEILING, studentLook, studentLooks, verdictOf, WEAK } from '../../src-renderer/lib/roles'
import { TO_COME } from '../../src-renderer/lib/runs'
import { markerOf } from '../../src-renderer/lib/charting'
import type { Palette } from '../../src-renderer/state/theme.svelte'
import { courseChart } from '../../src-renderer/views/builder/course-chart'
import { cellsOf, parseCells, sliceTitle, toggled, VERDICTS } from '../../src-renderer/views/inspector/slice'
import { armsChart, armsTable } from '../../src-renderer/views/result/arms-chart'
import { savingText, trainingTitle } from '../../src-renderer/views/result/headline'
import { pgrChart } from '../../src-renderer/views/result/pgr-chart'
import { trainingChart, trainingTable } from '../../src-renderer/views/result/training-chart'
import { ACCURACY, accuracyIn, armResult, CONTEXT, PRESETS, withAccuracy } from './sample'

const palette = new Proxy({}, { get: () => '#000000' }) as Palette
const armsOf = (preset: number): Arm[] => planExperiment(PRESETS[preset]!.spec, CONTEXT).arms
const [quick, five] = [armsOf(0), armsOf(1)]
const results = (arms: readonly Arm[], done?: number) => arms.map((arm) => armResult(arm, 'last', done))
const withPgr = (
  value: number,
  low: number,
  high: number,
  { arm = quick[0]!, gap = 0.1, warning = null }: { arm?: Arm; gap?: number; warning?: string | null } = {},
): ArmResult => {
  const base = { gap, seeds: 3, examples: 1000, convention: 'ratio of means' }
  const pgr: Pgr = { defined: true, value, low, high, warning, ...base }
  return withAccuracy(armResult(arm, 'last'), { pgr })
}
const plain = (text: string) => text.replaceAll('\u00a0', ' ')

/** The arms of the quick start with a student that is trained for 2 epochs and for 10. */
const trainedTwice = (() => {
  const [student] = PRESETS[0]!.spec.strong
  const strong = [2, 10].map((epochs) => ({ ...student!, optimiser: { epochs } }))
  return planExperiment({ ...PRESETS[0]!.spec, strong }, CONTEXT).arms
})()

describe('names and looks of arms', () => {
  it('say only what differs, and the method always', () => {
    expect(armLabels(quick, (id) => id)).toEqual([['naive'], ['confidence']])
    expect(armLabels([], (id) => id)).toEqual([])
    expect(armLabels(five, (id) => id)[0]).toEqual(['spam', 'naive'])
    expect(armLabels(trainedTwice, (id) => id)).toEqual(
      [2, 10].flatMap((epochs) => ['naive', 'confidence'].map((method) => [`epochs ${epochs}`, method])),
    )
  })
  it('give a method the same colour on every task, and a dash of its own', () => {
    const look = studentLooks(five)
    expect(new Set(five.filter((a) => a.method.method === 'naive').map((a) => look(a).color))).toEqual(
      new Set(['student']),
    )
    expect(look(five[1]!).dash).not.toEqual(look(five[0]!).dash)
  })
})

describe('the chart of arms', () => {
  const arms = results(quick)
  const chart = armsChart({
    metric: ACCURACY,
    arms,
    labels: armLabels(quick, (id) => id),
    look: studentLooks(quick),
    selected: quick[1]!.id,
    onselect: () => undefined,
    palette,
  })
  it('has a marker, an interval and a dot a seed for weak, student and ceiling of each arm', () => {
    const points = chart.data.datasets.flatMap((d) => d.data as { x: number; y: number; text: string }[])
    expect(points.filter((p) => p.text.includes('seed no.'))).toHaveLength(2 * 3 * 3)
    expect(points.filter((p) => / 3 seeds × 1000$/.test(p.text))).toHaveLength(2 * 3)
    const student = accuracyIn(arms[0]!).student
    expect(points.filter((p) => p.x === student.low || p.x === student.high)).toHaveLength(2)
  })
  it('draws what a simpler model reaches as a level across its arm, within the axis', () => {
    const reference = { value: 0.9871, low: 0.98, high: 0.99, seeds: 3, examples: 1000 }
    const input = {
      metric: ACCURACY,
      labels: [['a'], ['b']],
      look: studentLooks(quick),
      selected: '',
      onselect: () => undefined,
      palette,
    }
    const beside = arms.map((arm, i) =>
      i === 1 ? withAccuracy(arm, { references: { 'bag of words': reference } }) : arm,
    )
    const { data, options } = armsChart({ ...input, arms: beside })
    const level = data.datasets.flatMap((d) => d.data as { x: number; y: number; text: string }[])
    const ends = level.filter((p) => p.text?.startsWith('reference, bag of words .987, .980 to .990'))
    expect(ends.map(({ x, y }) => [x, Math.round(y)])).toEqual([
      [0.9871, 1],
      [0.9871, 1],
    ])
    expect((options!.scales!['x'] as { max: number }).max).toBeGreaterThan(0.9871)
    const { shown, values } = armsTable(beside, input.labels, ACCURACY, () => TO_COME)
    expect([shown.head.at(-1), ...shown.rows.map((row) => plain(row.at(-1)!))]).toEqual([
      ...['bag of words', '–', '.987 ± .005'],
    ])
    const name = 'bag of words'
    expect(values.head.slice(-4)).toEqual([name, `${name} 95 % low`, `${name} 95 % high`, `${name} unit`])
    expect(values.rows[1]!.slice(-4)).toEqual([0.9871, reference.low, reference.high, 'share'])
  })
  it('holds every drawn value within its axis', () => {
    const { min, max } = chart.options!.scales!['x'] as { min: number; max: number }
    const xs = chart.data.datasets.flatMap((d) => d.data as { x: number }[]).map((p) => p.x)
    for (const x of xs.filter(Number.isFinite)) expect(x >= min && x <= max).toBe(true)
  })
})

describe('the chart of PGR', () => {
  const chartOf = (...results: ArmResult[]) => {
    const chart = pgrChart(results, [['naive']], studentLooks(quick), palette, ACCURACY)
    const { min, max } = chart.options!.scales!['x'] as { min: number; max: number }
    const sets = chart.data.datasets.map((d) => ({ ...d, xs: (d.data as { x: number }[]).map(({ x }) => x) }))
    return { min, max, sets, arrows: sets.filter((d) => d.pointStyle === 'triangle') }
  }
  it('draws an interval that it holds as it is', () => {
    const { min, max, sets, arrows } = chartOf(withPgr(0.06, -0.54, 0.48))
    expect(arrows).toEqual([])
    expect([min, max]).toEqual([-0.75, 1])
    expect(sets.map((d) => d.xs)).toEqual([[-0.54, 0.48], [0.06]])
  })
  it('ends an interval that it cuts in an arrow, and marks no value that lies beyond', () => {
    const { min, max, sets, arrows } = chartOf(withPgr(-1, -4, 3))
    expect(arrows.map((d) => [d.xs[0], d.pointRotation])).toEqual([
      [min, -90],
      [max, 90],
    ])
    expect(sets.flatMap((d) => d.xs).every((x) => x >= min && x <= max)).toBe(true)
    expect(sets.flatMap((d) => d.xs)).toContain(-1)
    const beyond = chartOf(withPgr(-3, -4, -2.5))
    expect(beyond.sets.map((d) => d.xs)).toEqual([[beyond.min, beyond.min], [beyond.min]])
  })
})

describe('the chart of a training', () => {
  const result = armResult(quick[0]!, 'last')
  const chart = trainingChart(result, studentLook(0), palette, ACCURACY)
  it('draws student, agreement, copied errors, floor and ceiling, each named at its end', () => {
    const names = chart?.data.datasets.flatMap((d) => (d.endLabel ? [d.endLabel.replace(/ [.\d]+$/, '')] : []))
    expect(names).toEqual(['student', 'agrees with weak', 'copies weak errors', 'weak floor', 'ceiling'])
  })
  it('marks the three stops where they are, the oracle hollow', () => {
    const { annotations } = chart!.options!.plugins!.annotation as unknown as {
      annotations: Record<string, { xValue: number; backgroundColor: string }>
    }
    expect(annotations['oracle']).toMatchObject({ xValue: result.stops!.oracle, backgroundColor: 'transparent' })
    expect(annotations['last']?.xValue).toBe(310)
    expect(chart!.options!.scales!['x']).toMatchObject({ ticks: { precision: 0 } })
  })
  it('is nothing without a training, and says so', () => {
    const none = armResult(quick[0]!, 'last', 0)
    expect(trainingChart(none, studentLook(0), palette, ACCURACY)).toBeNull()
    expect(trainingTitle(none, ACCURACY)).toBe('No training curve yet')
    expect(trainingTable(none, ACCURACY).shown.rows).toEqual([])
  })
  it('says that stopping would save something only where the interval says so', () => {
    const title = (low: number, copies: number) => {
      const saving = { value: 0.012, low, high: 0.021, seeds: 3, examples: 1000 }
      const copying = { value: 0.03, low: copies, high: 0.05, seeds: 3, examples: 200 }
      return plain(trainingTitle({ ...result, saving, copying }, ACCURACY))
    }
    expect(title(0.004, 0.01)).toBe(
      'The student learns the task first, then its supervisor’s mistakes: stopping well would save 1.2 points (0.4 to 2.1); past that it repeats 3.0 points (1.0 to 5.0) more of the supervisor’s errors',
    )
    expect(title(0.004, -0.01)).toBe('Stopping well would save 1.2 points (0.4 to 2.1)')
    expect(title(-0.001, 0.01)).toBe(
      'No evidence here that stopping early helps: it would save 1.2 points (−0.1 to 2.1)',
    )
    const saving = { value: -0.003, low: -0.012, high: 0.006, seeds: 3, examples: 1000 }
    const costly = 'it would cost 0.3 points (−0.6 to 1.2)'
    expect(plain(trainingTitle({ ...result, saving }, ACCURACY))).toMatch(
      new RegExp(`${costly.replace(/[()]/g, '.')}$`),
    )
    expect(plain(savingText({ ...result, saving }, ACCURACY))).toMatch(
      /^As measured, stopping would cost 0\.3 points \(−0\.6 to 1\.2\): from/,
    )
    const told = armResult(quick[0]!, 'last')
    delete told.copying
    expect(plain(trainingTitle(told, ACCURACY))).toMatch(/^Stopping well would save/)
  })
  it('has a table with a row for each evaluation', () => {
    expect(trainingTable(result, ACCURACY).values.rows).toHaveLength(result.training!.step.length)
  })
})

it('what stopping would save is told with where it comes from, beside what the oracle has', () => {
  const result = armResult(quick[0]!, 'last')
  const { last, oracle } = result.measures['accuracy']!.stops
  const text = plain(savingText(result, ACCURACY))
  expect(text).toMatch(/^As measured, stopping would save 1\.3 points \(0\.4 to 2\.2\): from /)
  for (const value of [last, last + 0.013, oracle]) expect(text).toContain(value.toFixed(3).slice(1))
  expect(savingText(result, { ...ACCURACY, id: 'auroc' })).toBe('')
  expect(savingText({ ...result, saving: null }, ACCURACY)).toBe('')
})

describe('slices of examples', () => {
  it('cover every cell by exactly one verdict', () => {
    expect(VERDICTS.flatMap(cellsOf)).toHaveLength(8)
    expect(new Set(VERDICTS.flatMap(cellsOf)).size).toBe(8)
    expect([verdictOf('001'), verdictOf('000'), verdictOf('011'), verdictOf('101'), verdictOf('111')]).toEqual([
      'copied',
      'hard',
      'corrected',
      'newly broken',
      'kept',
    ])
  })
  it('are toggled as a whole and read from the address', () => {
    expect(toggled([], cellsOf('corrected'))).toEqual(['011', '010'])
    expect(toggled(['011', '010', '001'], cellsOf('corrected'))).toEqual(['001'])
    expect(parseCells('001,xyz,011')).toEqual(['001', '011'])
    expect(sliceTitle(['001'], 'weak-confidence', true)).toBe('Copied (ceiling right), supervisor surest first')
    expect(sliceTitle(['001'], 'weak-confidence', false)).toBe('Still wrong (ceiling right), supervisor surest first')
    expect(sliceTitle([], 'index', true, ['copied-right', 'own-right'])).toBe(
      'Corrected between the arms, order of the data',
    )
    expect(sliceTitle(['001'], 'index', true, ['right-own', 'own-own'])).toBe(
      'Copied (ceiling right), newly broken or both wrong between the arms, order of the data',
    )
  })
})

it('draws how alpha rises, the schedule in force on top of the others', () => {
  const methods = [
    { method: 'naive' },
    { method: 'confidence', alphaMax: 0.75, warmup: 0.3, schedule: 'reference-bug' },
  ]
  const [none, course] = coursesOf({ methods })
  expect(none).toBeNull()
  const { data } = courseChart(course!, 'red', palette)
  const [first, ...others] = data.datasets
  expect(first).toMatchObject({ label: 'as in the published code', borderColor: 'red', borderDash: [] })
  const at = (x: number) => first!.data.find((point) => (point as { x: number }).x === x)
  expect([0.1, 0.3, 0.31, 1].map(at)).toEqual([
    { x: 0.1, y: 0.75 * 0.1 },
    { x: 0.3, y: 0.75 * 0.3 },
    { x: 0.31, y: 0.75 },
    { x: 1, y: 0.75 },
  ])
  expect(others.map(({ label }) => label)).toEqual(['linear', 'as in the paper'])
})

describe('the looks of methods', () => {
  it('differ for thirty methods, from each other and from supervisor and ceiling', () => {
    const looks = Array.from({ length: 30 }, (_, n) => studentLook(n))
    expect(new Set(looks.map(({ color, marker }) => `${color} ${marker}`)).size).toBe(30)
    const taken = [WEAK, CEILING].map(({ marker }) => marker)
    expect(looks.filter(({ marker }) => taken.includes(marker))).toEqual([])
    // Five beside each other differ in both.
    expect(new Set(looks.slice(0, 5).map(({ color }) => color)).size).toBe(5)
    expect(new Set(looks.slice(0, 5).map(({ marker }) => marker)).size).toBe(5)
  })

  it('are seen: a shape of strokes has no area, and is drawn in its own colour', () => {
    const methods = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const arms = methods.map((methodTitle): Arm => ({ ...quick[0]!, id: methodTitle, methodTitle }))
    const look = studentLooks(arms)
    const config = armsChart({
      metric: ACCURACY,
      arms: results(arms),
      labels: arms.map((arm) => [arm.methodTitle]),
      look,
      selected: 'a',
      onselect: () => undefined,
      palette,
    })
    const drawn = config.data.datasets.filter(({ label }) => label === 'student')
    expect(drawn).toHaveLength(methods.length)
    const marks = drawn.map(({ pointStyle, pointRotation = 0 }) => JSON.stringify([pointStyle, pointRotation]))
    expect(new Set(marks).size).toBe(6)
    const strokes = ['star', 'cross', 'crossRot', 'line', 'dash']
    for (const marker of new Set(arms.map((arm) => look(arm).marker))) {
      const { pointStyle, backgroundColor, borderColor } = markerOf({ marker }, 'ink', 'ground')
      expect([backgroundColor, borderColor]).toEqual(['ink', strokes.includes(pointStyle) ? 'ink' : 'ground'])
    }
  })
})

describe('what the tooltip tells of', () => {
  const at = (x: number, y: number) => ({ x, y })
  /** As Chart.js asks: what lies where, and where the pointer is. */
  function asked(axis: 'x' | 'xy', pointer: { x: number; y: number }) {
    const datasets = [{}, { silent: true }, {}]
    const metas = [
      { index: 0, data: [at(0, 0), at(100, 50), at(200, 0)] },
      { index: 1, data: [at(130, 5), at(NaN, NaN)] },
      { index: 2, data: [at(100, 300), at(NaN, 0)] },
    ]
    const chart = {
      data: { datasets },
      getSortedVisibleDatasetMetas: () => metas,
      canvas: {},
      currentDevicePixelRatio: 1,
    }
    const found = Interaction.modes.told(
      chart as never,
      { ...pointer, native: null } as never,
      { axis, intersect: false },
      false,
    )
    return found.map(({ datasetIndex, index }) => [datasetIndex, index])
  }

  it('is whatever is nearest along x, on every line, however far, and never a band', () => {
    expect(asked('x', { x: 140, y: 0 })).toEqual([
      [0, 1],
      [2, 0],
    ])
    expect(asked('x', { x: 900, y: 0 })).toEqual([[0, 2]])
  })

  it('is the one nearest point where points are in no order', () => {
    expect(asked('xy', { x: 120, y: 10 })).toEqual([[0, 1]])
    expect(asked('xy', { x: 120, y: 290 })).toEqual([[2, 0]])
  })

  it('is so in every chart', () => {
    const arms = results(quick)
    const labels = arms.map(({ arm }) => [arm.methodTitle])
    const look = studentLooks(quick)
    const charts = [
      armsChart({ metric: ACCURACY, arms, labels, look, selected: '', onselect: () => undefined, palette }),
      pgrChart(arms, labels, look, palette, ACCURACY),
      trainingChart(arms[0]!, look(arms[0]!.arm), palette, ACCURACY)!,
    ]
    for (const { options } of charts) expect(options?.interaction).toMatchObject({ mode: 'told', intersect: false })
  })
})
