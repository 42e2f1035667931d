// A task whose texts are gone on with, by the decoders that come with the app, as a user looks at it; `W2S_SHOTS` names a
// folder for pictures of it.
import { numbered } from '../engine/writers'
import { importedTexts } from '../lab/imported'
import { expect, test } from './app'
import { goTo, reach, shoot, value } from './lab'

test('what models wrote is told with what was to follow, and no metric that texts have not', async ({ open, home }) => {
  importedTexts(home, 'numbered', numbered(400))
  const { page, errors } = await open()
  const pocket = (checkpoint: string, epochs: number) => ({
    ...{ model: 'pretrained', checkpoint, tokens: 16, optimiser: { epochs, lr: 0.005 } },
  })
  const spec = {
    ...{ version: 1, name: 'Numbered words', tasks: ['numbered'], methods: [{ method: 'naive' }], seeds: [0] },
    ...{ weak: [pocket('pocket-s', 4)], strong: [pocket('pocket-m', 8)] },
    ...{ sizes: { weak: 100, transfer: 100, validation: 30, test: 100 }, evaluations: 3 },
  }
  const refused = await value(page, 'preview', { ...spec, methods: [{ method: 'confidence' }] })
  expect(refused).toMatchObject({ valid: false, problems: [{ path: 'methods[0].method' }] })
  const { runId } = await value(page, 'run', spec)
  await reach(page, runId, 'done')

  await goTo(page, '#/data?task=numbered')
  await expect(page.getByText('right to the letter')).toBeVisible()
  await goTo(page, `#/results/${runId}`)
  await expect(page.getByRole('heading', { name: /Accuracy/ }).first()).toBeVisible()
  await expect(page.getByText('AUROC')).toHaveCount(0)
  await shoot(page, 'result-texts')
  await goTo(page, `#/inspector/${runId}?cells=all`)
  const drawer = page.getByRole('complementary', { name: 'Selected example' })
  await expect(drawer.getByText(/truth: “\d\.”/)).toBeVisible()
  await expect(drawer.getByRole('row', { name: /^ceiling/ })).toContainText(/“\d\.”/)
  await shoot(page, 'inspector-texts')
  for (const place of ['data', `results/${runId}`, `inspector/${runId}`]) {
    await goTo(page, `#/${place}`)
    await expect(page.locator('main')).not.toContainText(/NaN|Infinity|undefined/)
  }
  expect(errors).toEqual([])
})
