import { appendFileSync, cpSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readBundle } from '../../src-main/bundle'
import { loadPretrained } from '../../src-main/data/checkpoints/open'
import { forkEngine } from '../../src-main/lab/engine/fork'
import { golden } from '../data/checkpoints/golden'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { ended, keyOf, openLab, tinySpec } from './tools'

const built = builtProcesses()

/** A lab with a model of one's own beside those that come with the app. */
async function labWithModel() {
  const [home, model] = [temporaryFolder(), join(temporaryFolder(), 'mine')]
  cpSync(golden('tiny-bert'), model, { recursive: true })
  const lab = await openLab({
    home,
    cache: temporaryFolder(),
    spawnEngine: forkEngine(built.entry('engine')),
    analyst: built.entry('analyst'),
    librarian: built.entry('librarian'),
  })
  const { id } = await lab.calls.modelAdd(model)
  return { lab, home, model, id }
}
const finetuned = (checkpoint: string) => ({ model: 'pretrained', checkpoint, tokens: 32 })

describe('a run on pretrained models', () => {
  test('goes from a model of one’s own to results, and to a model that opens again', async () => {
    const { lab, home, id } = await labWithModel()
    const spec = tinySpec({ strong: [finetuned(id), { model: 'probe', checkpoint: id, tokens: 32 }] })
    const preview = await lab.calls.preview(spec)
    if (!preview.valid) throw new Error(JSON.stringify(preview.problems))
    const estimates = preview.stages
      .filter(({ heading }) => heading === 'Train students')
      .map((stage) => stage.estimateSeconds)
    expect(estimates.every((seconds) => seconds !== null && seconds > 0)).toBe(true)

    const { runId } = await lab.calls.run(spec)
    const run = await ended(lab, runId)
    expect(run.stages.map(({ title, state, error }) => [title, state, error])).toEqual(
      run.stages.map(({ title }) => [title, 'done', '']),
    )
    expect(run.stages.filter((stage) => stage.kind === 'features')).toHaveLength(1)
    const { arms } = await lab.calls.result({ runId, stop: 'last' })
    expect(arms.map(({ arm }) => arm.strongTitle)).toEqual([`${id}, longest text 32`, `probe ${id}, longest text 32`])
    const bundle = await lab.calls.exportBundle({ runId, path: '' })
    const { environment } = await readBundle(bundle!.path)
    const [used] = (await lab.calls.models()).filter((model) => model.id === id)
    expect(environment.models).toMatchObject([{ id, key: used!.here!.key, source: 'a folder of one’s own' }])
    const student = arms[0]!.arm.seeds[0]!.student
    const saved = await loadPretrained(join(home, 'artifacts', student))
    expect(saved.spec.head).toMatchObject({ kind: 'classes', classes: 2 })

    // The same features serve another head: nothing of it is computed again.
    const again = await lab.calls.preview(
      tinySpec({ strong: [{ model: 'probe', checkpoint: id, tokens: 32, hidden: 4 }] }),
    )
    expect(again.valid && again.stages.find(({ heading }) => heading === 'Read with the frozen model')?.cached).toBe(
      true,
    )
  })

  test('fails where the model was changed meanwhile, and says so', async () => {
    const { lab, model, id } = await labWithModel()
    appendFileSync(join(model, 'config.json'), ' ')
    const { runId } = await lab.calls.run(tinySpec({ weak: [finetuned(id)] }))
    const run = await ended(lab, runId)
    expect(run.state).toBe('failed')
    const weak = run.stages.find(({ key }) => key === keyOf(run, 'weak'))!
    expect(weak.error).toContain('is not the model any more that this run was planned with (config.json')
  })

  test('is refused by name where the model is not here', async () => {
    const { lab } = await labWithModel()
    const preview = await lab.calls.preview(tinySpec({ weak: [finetuned('gpt2-xl')] }))
    expect(preview).toMatchObject({
      valid: false,
      problems: [
        {
          path: 'weak[0].checkpoint',
          expected: expect.stringContaining('by "models get gpt2-xl"') as string,
          got: '"gpt2-xl"',
        },
      ],
    })
  })

  test('warns of a learning rate at which a transformer forgets', async () => {
    const { lab, id } = await labWithModel()
    const warnings = async (lr: number) => {
      const optimiser = { weak: { lr: 0.01 }, strong: { lr } }
      const preview = await lab.calls.preview(tinySpec({ strong: [finetuned(id)], optimiser }))
      return preview.valid ? preview.warnings.filter((text) => text.startsWith('Learning rate')) : preview.problems
    }
    // Four times the default of so small a model, which is .004, is not too much.
    expect(await warnings(0.016)).toEqual([])
    expect(await warnings(0.02)).toEqual([expect.stringContaining('Learning rate 0.02 of the strong model')])
  })
})
