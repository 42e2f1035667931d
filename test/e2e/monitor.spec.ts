// The queue and what is at work: everything that a user does in the Monitor.
import { expect, test } from './app'
import { enginePid } from './processes'
import { goTo, longSpec, reach, shoot, smallSpec, underway, value } from './lab'

test('runs of the queue are moved by drag and by keys, paused after a stage, and stopped by a deadline', async ({
  open,
}) => {
  const { page } = await open()
  const names = ['First asked for', 'Second asked for', 'Third asked for']
  const ids: string[] = []
  // Three times the examples, so that a training lasts while the keys are pressed.
  const sizes = { weak: 900, transfer: 900, validation: 100, test: 300 }
  for (const name of names) {
    const spec = { ...smallSpec(name, 1000, [ids.length]), sizes }
    ids.push((await value(page, 'run', spec)).runId)
  }
  await goTo(page, `#/monitor/${ids[0]}`)
  const drawer = page.getByRole('complementary', { name: 'Queue and stages' })
  const row = (name: string) => drawer.locator('li').filter({ hasText: name })
  const order = async () => {
    const runs = (await value(page, 'runs')).filter(({ state }) => state === 'queued' || state === 'running')
    return runs.toSorted((a, b) => a.rank - b.rank).map(({ name }) => name[0])
  }
  await expect(drawer.getByRole('list', { name: 'Queue' }).getByRole('listitem')).toHaveCount(3)
  await expect(drawer).toContainText('threads')
  expect(await order()).toEqual(['F', 'S', 'T'])

  // By drag: the third before the second.
  await row('Third').dragTo(row('Second'), { targetPosition: { x: 20, y: 3 } })
  await expect.poll(order).toEqual(['F', 'T', 'S'])
  // By keys, at the row that has the focus.
  await row('Second').getByRole('link').focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(order).toEqual(['F', 'S', 'T'])
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(order).toEqual(['F', 'T', 'S'])
  await row('Second').getByRole('button', { name: 'Run Second asked for first' }).click()
  await expect.poll(order).toEqual(['S', 'F', 'T'])

  // In a training: a stage that prepares data may be over before the key is heard.
  await underway(page, ids[1]!, 1)
  await page.keyboard.press('p')
  const main = page.getByRole('main')
  await expect(main).toContainText('Pausing after this stage.')
  await shoot(page, 'monitor-pausing')
  await expect(main).toContainText('Paused.', { timeout: 20_000 })
  const states = (await value(page, 'runs')).map(({ state }) => state)
  expect(states).toEqual(['queued', 'queued', 'queued'])
  await page.getByRole('button', { name: 'Go on', exact: false }).first().click()

  // What is stopped is waited for, at most so long.
  const [, second] = ids
  await underway(page, second!, 0)
  await goTo(page, `#/monitor/${second}`)
  await value(page, 'pause', 'on')
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
  await reach(page, second!, 'cancelled')
  // A stage that is held hears it all the same.
  await expect.poll(async () => (await value(page, 'status')).lanes[0]).toMatchObject({ key: '', forcedAt: null })
  for (const id of [ids[0]!, ids[2]!]) await value(page, 'cancel', id)
})

test('a stage that does not stop is ended by a button', async ({ open }) => {
  const { app, page } = await open()
  const { runId } = await value(page, 'run', longSpec('Hard of hearing', 1))
  await goTo(page, `#/monitor/${runId}`)
  await underway(page, runId, 1)
  const pid = await app.evaluate(
    ({ app: main }) => main.getAppMetrics().find((p) => p.name === 'Weak-to-Strong Lab engine')!.pid,
  )
  process.kill(pid, 'SIGSTOP') // as one that is stuck in a long step
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
  const notice = page.getByRole('note').filter({ hasText: 'its process is ended all the same' })
  await expect(notice).toContainText(/In (30|2\d)\ss/)
  await shoot(page, 'monitor-stopping')
  await notice.getByRole('button', { name: 'End it now' }).click()
  await expect(notice).toHaveCount(0)
  const { stages } = await reach(page, runId, 'cancelled')
  await expect.poll(() => value(page, 'status').then(({ lanes }) => lanes[0]!.key)).toBe('')
  expect(stages.filter(({ state }) => state === 'done')).not.toHaveLength(0)
})

test('panels show what is known beside a training, smoothed, by powers and as counts', async ({ open }) => {
  const { page } = await open()
  const spec = {
    ...smallSpec('Panels', 40, [0, 1]),
    methods: [{ method: 'naive' }, { method: 'confidence' }],
  }
  const { runId } = await value(page, 'run', spec)
  const { stages } = await reach(page, runId, 'done')
  const student = stages.find(({ title, role }) => role === 'student' && title.includes('confidence'))!
  await goTo(page, `#/monitor/${runId}?stage=${student.key}`)
  const main = page.getByRole('main')
  await expect(main).toContainText('faint: the other seed of its arm')
  await expect(main.getByRole('img', { name: /^Ground truth accuracy: .*weak \.\d{3}; ceiling \.\d{3}/ })).toBeVisible()
  await expect(main.getByRole('img', { name: /^Loss: .*smoothed by 0.9/ })).toBeVisible()
  for (const name of ['Alpha', 'Threshold'])
    await expect(main.getByRole('img', { name: new RegExp(`^${name}`) })).toBeVisible()
  // Every one of the 300 test rows is counted once.
  const sure = (await value(page, 'sureness', student.key))!
  expect(sure.counts.reduce((a, b) => a + b)).toBe(300)
  await expect(main).toContainText('in what it says of 300 test rows')
  await page.keyboard.press('l')
  await expect(main.getByRole('button', { name: /^log y/ })).toHaveAttribute('aria-pressed', 'true')
  await main.getByText('none', { exact: true }).click()
  await expect(main.getByRole('img', { name: /^Loss: [^;]*nats$|^Loss: [^;]*nats;/ })).toBeVisible()
  await shoot(page, 'monitor-panels')
})

test('an arm that fails twice for one cause is held, told of on Home, and goes on when it is let go', async ({
  open,
}) => {
  const { app, page } = await open()
  const { runId } = await value(page, 'run', longSpec('Failing', 4))
  const failures = async () =>
    (await value(page, 'runDetail', runId)).stages.filter((s) => s.remedy !== null || s.error.includes('killed')).length
  for (let killed = 1; killed <= 2; killed++) {
    await underway(page, runId, 1)
    process.kill(await enginePid(app), 'SIGKILL')
    await expect.poll(failures, { timeout: 30_000 }).toBeGreaterThanOrEqual(killed)
  }
  await goTo(page, '#/home')
  const entry = page.getByRole('list', { name: 'Needs you' }).getByRole('listitem').filter({ hasText: 'Arm held' })
  await expect(entry).toContainText('2 of its stages failed for the same cause: the engine process was killed.')
  await shoot(page, 'home-held')
  expect((await value(page, 'runDetail', runId)).state).toBe('queued')
  await entry.getByRole('link').click()
  const main = page.getByRole('main')
  await expect(main).toContainText('waits until you let it go on')
  await shoot(page, 'monitor-held')
  await main.getByRole('button', { name: /^Let .* go on$/ }).click()
  await reach(page, runId, 'running')
  await expect(main).not.toContainText('waits until you let it go on')
  await value(page, 'cancel', runId)
})

test('a run of 600 stages shows those that fit, follows the keys, and is quick', async ({ open }) => {
  const { page } = await open()
  await value(page, 'pause', 'on')
  const seeds = Array.from({ length: 120 }, (_, seed) => seed)
  const { runId } = await value(page, 'run', smallSpec('Six hundred', 2, seeds))
  const { stages } = await value(page, 'runDetail', runId)
  expect(stages.length).toBeGreaterThan(480)
  await goTo(page, `#/monitor/${runId}`)
  const drawer = page.getByRole('complementary', { name: 'Queue and stages' })
  const rows = drawer.getByRole('list', { name: 'Stages' }).getByRole('button')
  await expect(rows.first()).toBeVisible()
  expect(await rows.count()).toBeLessThan(60)
  await rows.nth(3).click()
  await expect.poll(() => page.evaluate(() => location.hash)).toContain(stages[3]!.key)
  await page.keyboard.press('j')
  await expect.poll(() => page.evaluate(() => location.hash)).toContain(stages[4]!.key)
  await goTo(page, `#/monitor/${runId}?stage=${stages.at(-1)!.key}`)
  await expect(drawer.getByTitle(stages.at(-1)!.title)).toBeVisible()
  await shoot(page, 'monitor-600')
  await value(page, 'cancel', runId)
})
