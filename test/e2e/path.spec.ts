// The whole way of the product, once, through the window: form, run, curves, result, examples, bundle.
import { join } from 'node:path'
import { expect, test } from './app'
import { exported, reach, value } from './lab'

test('from the form to a checked bundle, with a reload in the middle', async ({ open, home }) => {
  test.setTimeout(240_000)
  const { app, page } = await open()

  // Build it in the form.
  await page.getByRole('link', { name: 'Builder' }).click()
  await page.getByRole('combobox', { name: 'Start from a preset' }).selectOption('Words to vectors')
  await page.getByRole('textbox', { name: 'Name' }).fill('Whole way')
  await page.getByRole('textbox', { name: 'Seeds' }).fill('3, 4')
  // The preset trains its student twice, briefly and for long: one is enough here.
  await page.getByRole('button', { name: 'Remove student 1' }).click()
  const student = page.getByRole('group', { name: 'student 1' })
  await student.getByText(/^Optimiser · 1 set/).click()
  await student.getByRole('textbox', { name: 'Epochs', exact: true }).fill('200')
  await page.getByRole('combobox', { name: 'Weak labels' }).selectOption('hard')
  const plan = page.getByRole('table', { name: 'What will run' })
  await expect(plan).toContainText('2 arms× 2 seeds')
  await expect(plan.getByRole('row', { name: 'cached' })).toContainText('1 stage')

  // An error is told where it is made, and the plan follows.
  await page.getByRole('textbox', { name: 'Weak half' }).fill('3')
  await expect(page.getByRole('main')).toContainText('20')
  await expect(page.getByRole('button', { name: /^Run/ })).toBeDisabled()
  await page.getByRole('textbox', { name: 'Weak half' }).fill('600')

  // Run it; the curve of the stage at work moves.
  await page.getByRole('button', { name: /^Run 1\d stages/ }).click()
  await expect(page).toHaveURL(/#\/monitor\//)
  const [run] = await value(page, 'runs')
  expect(run).toMatchObject({ name: 'Whole way', stagesTotal: 15 })
  const lossAt = async () => {
    const name = await page.getByRole('img', { name: /^Loss/ }).getAttribute('aria-label', { timeout: 60_000 })
    return Number(/at step (\d+)/.exec(name ?? '')?.[1] ?? 0)
  }
  await expect.poll(lossAt, { timeout: 60_000 }).toBeGreaterThan(5)
  const before = await lossAt()
  await expect.poll(lossAt).not.toBe(before)

  // A reload in the middle loses nothing: same place, same run, and it goes on.
  await page.reload()
  await expect(page).toHaveURL(new RegExp(`#/monitor/${run!.id}|#/monitor`))
  await expect(page.getByRole('navigation', { name: 'Where you are' })).toContainText('Whole way')
  const after = await value(page, 'runDetail', run!.id)
  expect(after.state).toBe('running')
  expect(after.spec).toMatchObject({
    name: 'Whole way',
    seeds: [3, 4],
    labels: 'hard',
    sizes: { weak: 600 },
    strong: [{ optimiser: { epochs: 200 } }],
  })
  const done = await reach(page, run!.id, 'done')
  expect(done.stagesDone).toBe(15)
  await expect(page.getByRole('button', { name: /^done student/ })).toHaveCount(4)

  // The result, in numbers that the lab computed.
  await page.getByRole('button', { name: 'Open the result' }).click()
  const { arms } = await value(page, 'result', { runId: run!.id, stop: 'last' })
  expect(arms.map((arm) => [arm.arm.methodTitle, arm.seedsDone])).toEqual([
    ['naive', 2],
    ['confidence', 2],
  ])
  const table = page.getByRole('table', { name: 'Arms' })
  const shown = (x: number) => x.toFixed(3).replace(/^0/, '')
  for (const { arm, measures } of arms) {
    const { weak, student, ceiling } = measures['accuracy']!
    const row = table.getByRole('row', { name: new RegExp(arm.methodTitle) })
    for (const accuracy of [weak, student, ceiling]) await expect(row).toContainText(shown(accuracy.value))
  }

  // A cell of the right-wrong table opens its examples, as many as it counts.
  const ref = { runId: run!.id, armId: arms[0]!.arm.id, seed: 3, stop: 'last' as const }
  const { counts, examples } = await value(page, 'cube', ref)
  await page.getByRole('button', { name: `${counts['001']} copied: weak wrong, ceiling right` }).click()
  await expect(page).toHaveURL(/#\/inspector\//)
  const n = (x: number) => x.toLocaleString('en')
  await expect(page.getByRole('main')).toContainText(`${n(counts['001'])} of ${n(examples)} examples`)
  const query = { ...ref, cells: ['001' as const], search: '', sort: 'weak-confidence' as const, offset: 0, limit: 1 }
  const { total, rows } = await value(page, 'examples', query)
  expect(total).toBe(counts['001'])
  await expect(page.getByRole('complementary', { name: 'Selected example' })).toContainText(rows[0]!.text)

  // The bundle, written where the dialog says and read again by the command line tool.
  await page.goBack()
  await expect(page).toHaveURL(/#\/results\//)
  const told = await exported(app, page, run!.id, join(home, 'bundles', 'whole-way.zip'))
  expect(told).toMatchObject({ ok: true })
})

// The engine's process is one of Electron's here, whose allocator is not that of Node.
test('a transformer of a million weights is trained in the app', async ({ open }) => {
  test.setTimeout(240_000)
  const { page } = await open()
  const { presets } = await value(page, 'catalog')
  const quickstart = presets.find(({ id }) => id === 'quickstart')!.spec
  const sizes = { weak: 100, transfer: 100, validation: 20, test: 100 }
  const { runId } = await value(page, 'run', { ...quickstart, sizes, evaluations: 2, seeds: [0] })
  const run = await reach(page, runId, 'done')
  expect(run.stages.map(({ title, error }) => [title, error])).toEqual(run.stages.map(({ title }) => [title, '']))
  const { arms } = await value(page, 'result', { runId, stop: 'last' })
  expect(arms.map(({ measures }) => measures['accuracy']?.student.examples)).toEqual([100, 100])
})
