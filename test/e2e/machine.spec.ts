// What the machine wants of the lab, and what a stage makes of the machine.
import { expect, test } from './app'
import { goTo, longSpec, shoot, underway, value } from './lab'

test('work rests on battery and in sleep, goes on by itself, and keeps the machine awake meanwhile', async ({
  open,
}) => {
  const first = await open()
  const { app, page } = first
  await app.evaluate(({ powerSaveBlocker }) => {
    const awake = { now: 0 }
    Object.assign(globalThis, { awake })
    const blocker = {
      start: powerSaveBlocker.start.bind(powerSaveBlocker),
      stop: powerSaveBlocker.stop.bind(powerSaveBlocker),
    }
    powerSaveBlocker.start = (type) => (awake.now++, blocker.start(type))
    powerSaveBlocker.stop = (id) => (awake.now--, blocker.stop(id))
  })
  const awake = () => app.evaluate(() => (globalThis as unknown as { awake: { now: number } }).awake.now)
  type Told = 'suspend' | 'resume' | 'on-battery' | 'on-ac'
  const tell = (event: Told) => app.evaluate(({ powerMonitor }, told) => void powerMonitor.emit(told), event)
  const pause = async () => {
    const { pause, pausedFor } = await value(page, 'status')
    return [pause, pausedFor]
  }
  const { runId } = await value(page, 'run', longSpec('At rest', 6))
  await goTo(page, `#/monitor/${runId}`)
  await underway(page, runId, 1)
  await expect.poll(awake).toBe(1)

  await tell('suspend')
  await expect.poll(pause).toEqual(['on', 'sleep'])
  const main = page.getByRole('main')
  await expect(main).toContainText('Paused while the machine sleeps.')
  await expect.poll(awake).toBe(0)
  await tell('resume')
  await expect.poll(pause).toEqual(['off', ''])
  await expect.poll(awake).toBe(1)

  // On battery only where the user wants it so.
  await tell('on-battery')
  expect(await pause()).toEqual(['off', ''])
  await page.keyboard.press('Control+,')
  const dialog = page.getByRole('dialog', { name: 'Settings' })
  await dialog.getByRole('checkbox', { name: /Pause on battery/ }).check()
  await dialog.getByRole('spinbutton', { name: /^Memory left alone/ }).fill('2.5')
  await dialog.getByRole('spinbutton', { name: /^Stages at a time/ }).fill('2')
  await dialog.getByRole('checkbox', { name: /Draw by the GPU/ }).uncheck()
  await shoot(page, 'settings')
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  const kept = { pauseOnBattery: true, reserveBytes: 2.5e9, atOnce: 2, windowGpu: false }
  expect(await value(page, 'settings', {})).toMatchObject(kept)
  await tell('on-battery')
  await expect(main).toContainText('Paused while the machine runs on its battery.')
  await shoot(page, 'monitor-battery')
  // Who goes on all the same has the last word.
  await page.getByRole('button', { name: 'Go on', exact: false }).first().click()
  await expect.poll(pause).toEqual(['off', ''])
  await tell('on-ac')
  await tell('on-battery')
  await expect.poll(pause).toEqual(['on', 'battery'])
  await tell('on-ac')
  await expect.poll(pause).toEqual(['off', ''])

  // What it makes of the machine is drawn, and kept with it.
  const seen = async () =>
    (await value(page, 'runDetail', runId)).stages.find(({ use, learns }) => learns && use.peakBytes !== null)?.key
  await expect.poll(seen).toBeDefined()
  await goTo(page, `#/monitor/${runId}?stage=${await seen()}`)
  await expect(main.getByRole('heading', { name: /^The machine/ })).toBeVisible()
  await expect(main.getByText('of all cores, by the engine').first()).toBeVisible()
  await shoot(page, 'monitor-use')
  await value(page, 'cancel', runId)
  const { use } = await value(page, 'runDetail', runId)
  expect(use.peakBytes).toBeGreaterThan(1e7)
  expect(use.wattHours).toBeNull()

  // No card is drawn by here: that the window opens without one is all that can be seen.
  await first.close()
  const again = await open()
  expect(await value(again.page, 'settings', {})).toMatchObject(kept)
  await expect(again.page.getByRole('navigation').first()).toBeVisible()
})
