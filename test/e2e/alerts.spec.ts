// What a training tells of itself before it is over: that it diverged, with the button that tries it more slowly, and that
// its loss stands still. Both come to the desktop.
import { expect, test } from './app'
import { desktop, goTo, reach, shoot, smallSpec, value } from './lab'

test('a training that diverges is told of, and run again with a third of its learning rate', async ({ open }) => {
  const { app, page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const told = await desktop(app)
  const spec = smallSpec('Too fast', 40)
  const strong = [{ model: 'vectors', hidden: 16, optimiser: { lr: 10, weightDecay: 1 } }]
  const { runId } = await value(page, 'run', { ...spec, strong })
  await reach(page, runId, 'failed')
  await expect
    .poll(async () => (await told())?.join('\n'))
    .toMatch(/Too fast: .* — .*(no number|NaN|infinite|not finite)/)
  await goTo(page, `#/monitor/${runId}`)
  const main = page.getByRole('main')
  await shoot(page, 'monitor-diverged')
  await main.getByRole('button', { name: 'Run again with a third of its learning rate' }).first().click()
  await expect(page).not.toHaveURL(new RegExp(runId))
  const again = await value(page, 'runDetail', page.url().split('/').at(-1)!)
  expect(again.spec?.strong[0]).toMatchObject({ optimiser: { lr: 3.3 } })
  // The supervisor, which did not fail, is not trained again.
  expect(again.stages.filter(({ cached }) => cached).length).toBeGreaterThan(0)
})

test('a loss that stands still is told of while it trains', async ({ open }) => {
  const { app, page } = await open()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const told = await desktop(app)
  const { runId } = await value(page, 'run', smallSpec('Long enough', 1000))
  await expect
    .poll(async () => (await told())?.join('\n'), { timeout: 90_000 })
    .toMatch(/Long enough: .* — The loss stands still: .* on average from step \d+ to \d+/)
  await goTo(page, `#/monitor/${runId}`)
  await expect(page.getByRole('main')).toContainText('Stands still')
  await shoot(page, 'monitor-still')
  await value(page, 'cancel', runId)
})
