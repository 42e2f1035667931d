// Models that first read the texts of their task without labels, from a spec to a bundle that gives every number again.
import { expect, test } from 'vitest'
import { examineBundle } from '../../src-main/bundle'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { nativeMissing } from '../engine/runtimes'
import { builtProcesses } from './built'
import { ended, event, openLab } from './tools'

const built = builtProcesses()
const open = () =>
  openLab({
    backend: nativeMissing ? 'wasm' : 'cpu',
    spawnEngine: forkEngine(built.entry('engine')),
    ...{ analyst: built.entry('analyst'), librarian: built.entry('librarian') },
  })

const small = (model: string) => ({ model, checkpoint: 'pocket-s', tokens: 24, reading: 2 })
const SPEC = {
  version: 1,
  name: 'Reading first',
  // Of classes, and of options.
  tasks: ['movie-snippets', 'snippet-pairs'],
  weak: [{ model: 'words', words: 30 }],
  strong: [small('pretrained'), small('probe')],
  methods: [{ method: 'naive' }],
  sizes: { weak: 60, transfer: 120, validation: 30, test: 60 },
  evaluations: 2,
  redraw: 'order',
  seeds: [0, 1],
}

test('a run with models that read first, from its estimates to its bundle', { timeout: 240_000 }, async () => {
  const lab = await open()
  const preview = await lab.calls.preview(SPEC)
  if (!preview.valid) throw new Error(JSON.stringify(preview.problems))
  const readings = preview.stages.filter(({ heading }) => heading === 'Read the texts without labels')
  // Of two tasks and two seeds; one for student and ceiling, and for the model that is finetuned and the one that is probed.
  expect(readings).toHaveLength(4)
  for (const { estimateSeconds } of readings) expect(estimateSeconds).toBeGreaterThan(0)

  const { runId } = await lab.calls.run(SPEC)
  const run = await ended(lab, runId)
  expect([run.state, ...run.stages.map(({ error }) => error)]).toEqual(['done', ...run.stages.map(() => '')])
  for (const { key } of run.stages.filter(({ kind }) => kind === 'adapt')) {
    const curves = await lab.calls.curves({ keys: [key], names: ['bits_per_byte'], splits: [''], buckets: 10 })
    const { value } = curves[0]!
    expect(value.length).toBeGreaterThan(1)
    expect(value.at(-1)!).toBeLessThan(value[0]!)
  }
  const { arms } = await lab.calls.result({ runId, stop: 'last' })
  expect(arms).toHaveLength(4)
  const bundle = (await lab.calls.exportBundle({ runId, path: '' }))!
  expect(await examineBundle(bundle.path)).toMatchObject({
    problems: [],
    agreement: { arms: 4, seeds: 2, problems: [] },
  })
})

test('a reading that is stopped goes on where it was', { timeout: 120_000 }, async () => {
  const lab = await open()
  const strong = [{ ...small('pretrained'), reading: 100 }]
  const { runId } = await lab.calls.run({ ...SPEC, tasks: ['movie-snippets'], strong, seeds: [0] })
  const { key } = (await lab.calls.runDetail(runId)).stages.find(({ kind }) => kind === 'adapt')!
  await event(lab, (e) => e.type === 'metric' && e.key === key && e.step > 5)
  await lab.calls.cancel(runId)
  expect((await ended(lab, runId)).state).toBe('cancelled')
  const again = event(lab, (e) => e.type === 'log' && e.key === key && e.text.startsWith('Going on after update'))
  await lab.calls.resume(runId)
  await again
  expect((await ended(lab, runId)).state).toBe('done')
})

test('an encoder that is to read first is refused with the spec', async () => {
  const lab = await open()
  const encoder = { model: 'pretrained', checkpoint: 'minilm-l3', reading: 1 }
  const preview = await lab.calls.preview({ ...SPEC, strong: [encoder] })
  if (preview.valid) throw new Error('expected problems')
  expect(preview.problems.map(({ path, got }) => [path, got])).toContainEqual(['strong[0].reading', '1'])
})
