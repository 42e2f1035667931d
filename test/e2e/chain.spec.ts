// Bootstrapping along a ladder, by hand: the ladder picker fills the form, the rungs are seen as arms, the bundle is verified.
import { join } from 'node:path'
import { expect, test } from './app'
import { fillSizes, exported, goTo, reach, shoot, value } from './lab'

test('a bootstrap chain is built by the ladder picker, run, seen rung by rung, exported and recomputed', async ({
  open,
  home,
}) => {
  test.setTimeout(180_000)
  const { app, page, errors } = await open()
  await value(page, 'ladderSave', {
    ...{ id: 'three', title: 'Three rungs of prose', models: ['prose-1', 'prose-2', 'prose-3'] },
  })
  await page.getByRole('link', { name: 'Builder' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('A chain by hand')
  await page.getByRole('combobox', { name: 'Take the models of a ladder' }).selectOption('three/bootstrap')
  for (const who of ['supervisor 1', 'student 1', 'model 1']) {
    const group = page.getByRole('group', { name: who, exact: true })
    await group.getByRole('textbox', { name: 'Longest text' }).fill('32')
    await group.getByText(/^Optimiser/).click()
    await group.getByRole('textbox', { name: 'Epochs', exact: true }).fill('2')
  }
  await fillSizes(page, [200, 200, 60, 200])
  await page.getByRole('checkbox', { name: 'Reference line' }).uncheck()
  await page.getByRole('textbox', { name: 'Evaluations' }).fill('2')
  await page.getByRole('textbox', { name: 'Seeds' }).fill('0')
  await page.getByRole('button', { name: /^Run \d+ stages/ }).click()
  await expect(page).toHaveURL(/#\/monitor\//)
  const [run] = await value(page, 'runs')
  const { arms } = await reach(page, run!.id, 'done')
  // Every rung is an arm of its own: what the first student becomes is measured, and then it supervises the next one.
  const checkpoint = (model: object) => ('checkpoint' in model ? model.checkpoint : null)
  expect(arms.map((arm) => [arm.methodTitle.split(' ')[0], checkpoint(arm.weak), checkpoint(arm.strong)])).toEqual([
    ['naive', 'prose-1', 'prose-3'],
    ['bootstrap', 'prose-1', 'prose-2'],
    ['bootstrap', 'prose-1', 'prose-3'],
  ])
  await goTo(page, `#/results/${run!.id}`)
  await expect(page.getByRole('table', { name: 'Arms' }).getByRole('row', { name: /bootstrap/ })).toHaveCount(2)
  const { arms: measured } = await value(page, 'result', { runId: run!.id, stop: 'last' })
  expect(measured.map(({ measures }) => measures['accuracy']!.student.examples)).toEqual([200, 200, 200])
  await shoot(page, 'result-chain')
  await expect(page.getByRole('main')).not.toContainText(/NaN|Infinity|undefined/)
  const told = await exported(app, page, run!.id, join(home, 'bundles', 'chain.w2s.zip'))
  expect(told).toMatchObject({ ok: true })
  expect(errors).toEqual([])
})
