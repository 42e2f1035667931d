import { expect, it } from 'vitest'
import { decisions } from '../../../src-main/science/answers'
import { armResult, type MetricVariant } from '../../../src-main/science/metrics'
import { METRICS } from '../../../src-main/science/metrics/variants'
import type { Palette } from '../../../src-renderer/state/theme.svelte'

/** How often a model says class 0, as if that were good: nothing else in the project has heard of it. */
const zeros: MetricVariant = {
  id: 'zeros',
  title: 'Zeros',
  short: 'zeros',
  help: 'Share of the decisions for the first class, made up for this test.',
  better: 'less',
  range: [0, 1],
  needs: 'decisions',
  unit: 'number',
  of: (answers) => Uint8Array.from(decisions(answers), (said) => (said === 0 ? 1 : 0)),
}

it('a metric of which only the map knows is in schema, catalog, table, bundle and charts', async () => {
  ;(METRICS as Record<string, MetricVariant>)['zeros'] = zeros
  // Read after it: these are made from the map.
  const { parseSpec } = await import('../../../src-main/science/spec/parse')
  const { planned, simulate } = await import('./simulated')
  const { describeCatalog } = await import('../../../src-main/science/catalog')
  const { metricsOf, resultTable } = await import('../../../src-main/cli/results')
  const { resultsSchema } = await import('../../../src-main/bundle/format')
  const tables = await import('../../../src-main/bundle/tables')
  const { armsChart } = await import('../../../src-renderer/views/result/arms-chart')
  const spec = { version: 1, name: 'x', tasks: ['spam'], weak: [{ model: 'words' }], strong: [{ model: 'vectors' }] }
  const asked = { ...spec, methods: [{ method: 'naive' }], seeds: [0], metric: 'zeros' }
  expect(parseSpec(asked)).toMatchObject({ ok: true, spec: { metric: 'zeros' } })
  const info = describeCatalog().metrics.find(({ id }) => id === 'zeros')!
  expect(info).toMatchObject({ title: 'Zeros', range: [0, 1], better: 'less' })

  const seeds = simulate({ rows: 40 })
  const groups = Array.from({ length: 40 }, (_, i) => `${i}`)
  const result = armResult({
    ...{ arm: planned()[0]!, stop: 'last', redraw: 'halves', classes: ['a', 'b'], groups, seeds },
  })
  const weak = seeds.map((seed) => Array.from(decisions(seed.weak)).filter((said) => said === 0).length / 40)
  expect(result.measures['zeros']!.bySeed.map((seed) => seed.weak)).toEqual(weak)
  const told = { covers: '', contrasts: [], arms: [result] }
  const lines = resultTable(told, metricsOf({ metric: 'zeros' }, 'accuracy'), 400)
  expect(lines[2]).toContain(result.measures['zeros']!.weak.value.toFixed(3))
  expect(resultsSchema.parse({ ...told, arms: [{ ...result, predictions: [] }] }).arms[0]!.measures['zeros']).toEqual(
    result.measures['zeros'],
  )
  expect([...tables.resultTable([result])].join('')).toContain('zeros_weak,zeros_student,zeros_ceiling,zeros_pgr')
  const palette = new Proxy({}, { get: () => '#000000' }) as Palette
  const look = { color: 'student', dash: [], marker: 'circle' } as const
  const { data } = armsChart({
    ...{ metric: info, arms: [result], labels: [['naive']], look: () => look, selected: '', palette },
    onselect: () => undefined,
  })
  const xs = data.datasets.flatMap((set) => set.data as { x: number }[]).map(({ x }) => x)
  for (const share of weak) expect(xs).toContain(share)
})
