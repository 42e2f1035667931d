import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { unzip } from '../bundle/fixture'
import { builtProcesses } from './built'
import { ended, openLab, tinySpec } from './tools'

const built = builtProcesses()
const engine = () => ({ spawnEngine: forkEngine(built.entry('engine')), analyst: built.entry('analyst') })

test.each(['test', 'development'] as const)(
  'seeds with halves of their own share one split of %s rows',
  async (measure) => {
    const lab = await openLab(engine())
    const { runId } = await lab.calls.run(tinySpec({ redraw: 'halves', measure, seeds: [0, 1] }))
    const run = await ended(lab, runId)
    expect(run).toMatchObject({ state: 'done', stagesTotal: 10, spec: { redraw: 'halves', measure } })
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    expect(arms[0]).toMatchObject({ seedsDone: 2, arm: { measure } })

    const page = (seed: number) =>
      lab.calls.examples({
        ...{ runId, armId: arms[0]!.arm.id, seed, stop: 'last' },
        ...{ cells: [], search: '', sort: 'index', offset: 0, limit: 20 },
      })
    const texts = async (seed: number) => (await page(seed)).rows.map(({ text, truth }) => `${truth} ${text}`)
    expect(await texts(1)).toEqual(await texts(0))

    const files = await unzip((await lab.calls.exportBundle({ runId, path: '' }))!.path)
    const { data } = Papa.parse<Record<string, string>>(files.get('examples/person-artifact.csv')!.toString(), {
      header: true,
      skipEmptyLines: true,
    })
    const ids = (split: string, seed: string) =>
      data.filter((row) => row['split'] === split && row['seed'] === seed).map((row) => row['id'])
    expect(ids(measure, '')).toHaveLength(20)
    for (const split of ['weak', 'transfer']) {
      expect(ids(split, '0')).toHaveLength(40)
      expect(ids(split, '1')).not.toEqual(ids(split, '0'))
    }
    expect(data.length).toBe(20 + 2 * (40 + 40 + 20))
    expect(data.filter((row) => row['split'] === measure).map((row) => row['text'])).toEqual(
      (await page(1)).rows.map((row) => row.text),
    )
  },
)

test('a reference line is trained on the rows of the ceiling, with all of their words, and reported', async () => {
  const lab = await openLab(engine())
  const spec = tinySpec({ sizes: { weak: 40, transfer: 400, validation: 20, test: 400 }, reference: true })
  const { runId } = await lab.calls.run(spec)
  const run = await ended(lab, runId)
  expect(run.stages.map((stage) => stage.role)).toEqual([null, 'weak', null, 'ceiling', 'student', 'reference'])
  const { arms } = await lab.calls.result({ runId, stop: 'last' })
  const reference = arms[0]!.measures['accuracy']!.references['bag-of-words regression']!
  expect(reference).toMatchObject({ seeds: 1, examples: 400 })
  // 400 definitions tell a person from a made thing better than the 60 most frequent words of 40 others.
  expect(reference.value).toBeGreaterThan(arms[0]!.measures['accuracy']!.ceiling.value)
  expect(reference.value).toBeGreaterThan(0.7)
  expect(arms[0]!.warnings.join()).toContain('under the reference, bag-of-words regression on the same rows')
})
