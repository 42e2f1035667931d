// A rule put into the map of rules by this file alone: its file and its line there are all that a new one takes.
import { expect, it, vi } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { readLabels } from '../../src-main/data/labels'
import { readPredictions } from '../../src-main/data/predictions'
import { decisions, distributions } from '../../src-main/science/answers'
import type { LabelRule } from '../../src-main/science/labels'
import { argmax } from '../../src-main/science/maths/matrix'
import { parseSpec } from '../../src-main/science/spec/parse'
import { stageKey } from '../../src-main/science/plan/stage-key'
import { unzip } from '../bundle/fixture'
import { engineHere } from './engine-here'
import { contrary } from './contrary'
import { ended, openLab, tinySpec } from './tools'

vi.mock('../../src-main/science/labels', async (original) => {
  const known = await original<{ LABELS: Record<string, LabelRule> }>()
  return { ...known, LABELS: { ...known.LABELS, contrary: (await import('./contrary')).contrary } }
})

it('is a choice of the schema, and what is not in the map is none', () => {
  expect(parseSpec(tinySpec({ labels: 'contrary' }))).toMatchObject({ ok: true, spec: { labels: 'contrary' } })
  const wrong = parseSpec(tinySpec({ labels: 'contrarian' }))
  expect(wrong.ok ? [] : wrong.problems).toMatchObject([
    { path: 'labels', expected: expect.stringContaining('"contrary"') as string, got: '"contrarian"' },
  ])
})

it('is in the catalog, with what the form shows of it', async () => {
  const { describeCatalog } = await import('../../src-main/science/catalog')
  const { labels, run } = describeCatalog()
  const { id, title, help } = contrary
  expect(labels.at(-1)).toEqual({ id, title, help })
  expect(run['labels']).toMatchObject({ type: 'choice', default: 'soft' })
  const param = run['labels']!
  expect(param.type === 'choice' && param.options.at(-1)).toEqual({ value: id, label: title, help })
})

it('names label sets and students of its own, by its version too', () => {
  const of = (form: string) => stageKey({ kind: 'label', config: { form }, needs: { data: 'a', model: 'b' } })
  const before = of('contrary')
  expect(new Set([of('soft'), of('hard'), before]).size).toBe(3)
  contrary.version = 2
  expect(of('contrary')).not.toBe(before)
  delete contrary.version
})

it('labels, teaches with its weights, and goes into a bundle that is found whole', { timeout: 120_000 }, async () => {
  const lab = await openLab({ spawnEngine: engineHere })
  const strong = { epochs: 40, batch: 10, lr: 0.1 }
  const { runId } = await lab.calls.run(
    tinySpec({ labels: 'contrary', optimiser: { weak: { epochs: 20, batch: 10 }, strong } }),
  )
  const run = await ended(lab, runId)
  expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
  const stage = (what: string) => run.stages.find(({ kind, role }) => (role ?? kind) === what)!

  const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
  expect(await examineBundle(bundle.path)).toMatchObject({ problems: [], agreement: { arms: 1, problems: [] } })
  const files = await unzip(bundle.path)
  expect(JSON.parse(files.get('spec.json')!.toString())).toMatchObject({ labels: 'contrary' })
  const { targets, weights } = readLabels(files.get(`labels/${stage('label').key}.safetensors`)!, 'labels')('transfer')
  const said = (role: string) =>
    readPredictions(files.get(`evaluations/${stage(role).key}.safetensors`)!, role)('transfer').answers.at(-1)!
  const weak = said('weak')
  expect(targets.data).toEqual(distributions(weak).data.map((p) => 1 - p))
  expect([...weights!.slice(0, 4)]).toEqual([2, 0, 2, 0])
  // Where labels count the student has learnt them, the opposite of what its supervisor says.
  const [student, labels] = [decisions(said('student')), argmax(targets)]
  const counted = [...student.keys()].filter((i) => weights![i]! > 0)
  const share = counted.filter((i) => student[i] === labels[i]).length / counted.length
  expect(share).toBeGreaterThan(0.75)
})
