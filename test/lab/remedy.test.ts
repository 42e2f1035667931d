// What mends a failure: found by what failed, never by what the failure says.
import { expect, test } from 'vitest'
import { remedyOf } from '../../src-main/lab/runs/remedy'
import { planExperiment } from '../../src-main/science/plan/plan'
import { parseSpec } from '../../src-main/science/spec/parse'
import type { StageRow } from '../../src-main/store'
import { tinySpec } from './tools'

const words = (words: number, lr?: number) => ({ model: 'words', words, ...(lr && { optimiser: { lr } }) })

/** What mends each training of an experiment, were it to end so: title → remedy. */
function remedies(changes: Record<string, unknown>, cause: StageRow['cause'] = 'diverged') {
  const parsed = parseSpec(tinySpec(changes))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const { spec } = parsed
  const source = { sha256: 'a'.repeat(64), title: 'Person or artifact', classes: 2 }
  const sources = { 'person-artifact': source }
  const { stages } = planExperiment(spec, { sources, bundled: {}, checkpoints: {}, backend: 'wasm' })
  const row = (kind: StageRow['kind'], config: unknown) => ({ cause, kind, config: JSON.stringify(config) }) as StageRow
  return Object.fromEntries(
    stages
      .filter(({ kind }) => kind === 'train')
      .map(({ title, kind, config }) => [title, remedyOf(row(kind, config), spec)]),
  )
}

test('a training that diverged is slowed down where its model stands in the spec', () => {
  const found = Object.entries(
    remedies({
      weak: [words(20)],
      strong: [words(60, 0.3), words(60, 0.03)],
      optimiser: { epochs: 1 },
      reference: true,
    }),
  )
  const of = (part: string) => found.filter(([title]) => title.includes(part)).map(([, remedy]) => remedy)
  expect(of('weak')).toEqual([{ does: 'again', path: 'weak[0]', set: 'lr', value: expect.any(Number) as number }])
  expect(of('learning rate 0.3')).toEqual(
    [0, 1].map(() => ({ does: 'again', path: 'strong[0]', set: 'lr', value: 0.1 })),
  )
  expect(of('learning rate 0.03')).toEqual(
    [0, 1].map(() => ({ does: 'again', path: 'strong[1]', set: 'lr', value: 0.01 })),
  )
  // The spec names no model that is the reference.
  expect(of('reference')).toEqual([null])
})

test('one model in both roles is slowed down in the role that diverged', () => {
  const both = remedies({ weak: [words(20)], strong: [words(20)], optimiser: { lr: 0.3 } })
  const paths = Object.entries(both).map(([title, remedy]) => [
    title.split(' ')[0],
    remedy?.does === 'again' && remedy.path,
  ])
  expect(new Map(paths as [string, string][])).toEqual(
    new Map([
      ['weak', 'weak[0]'],
      ['ceiling', 'strong[0]'],
      ['student', 'strong[0]'],
    ]),
  )
})

test('a training that was killed is tried with half its batch, as long as that is a batch', () => {
  const of = (batch: number) => Object.values(remedies({ optimiser: { batch } }, 'killed'))
  expect(of(32).map((remedy) => remedy?.does === 'again' && [remedy.set, remedy.value])).toEqual(
    of(32).map(() => ['batch', 16]),
  )
  expect(of(3)).toEqual(of(3).map(() => null))
})
