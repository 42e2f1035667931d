// However a run or the app ends, no finished stage is lost, and what happened is said.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { breakable } from '../store/disks'
import { answering, expect, root, test } from './app'
import { finished, goTo, longSpec, reach, smallSpec, underway, value } from './lab'
import { enginePid } from './processes'

/** Puts a small disk at a folder; false where that is not allowed. */
function mount(folder: string, options: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const goOn = /^Go on, \d+ stages? left/

test('cancel stops at the next step, keeps what is done, and the run can go on', async ({ open }) => {
  const { page } = await open()
  const { runId } = await value(page, 'run', longSpec('To be cancelled', 20))
  await goTo(page, `#/monitor/${runId}`)
  const before = finished(await underway(page, runId, 2))
  await page.getByRole('button', { name: 'Cancel…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
  const cancelled = await reach(page, runId, 'cancelled')
  expect(finished(cancelled)).toMatchObject(before)
  await page.getByRole('button', { name: goOn }).click()
  await underway(page, runId, cancelled.stagesDone)
  expect(finished(await value(page, 'runDetail', runId))).toMatchObject(before)
  await value(page, 'cancel', runId)
})

test('a pause holds the training in the middle, and it goes on where it was', async ({ open }) => {
  const { app, page } = await open()
  const { runId } = await value(page, 'run', longSpec('To be paused', 1))
  await goTo(page, `#/monitor/${runId}`)
  await underway(page, runId, 1)
  await page.keyboard.press('Shift+P')
  await expect(page.getByRole('main')).toContainText('Nothing runs until you go on')
  await expect(page.getByRole('contentinfo')).toContainText('paused')
  const pid = await enginePid(app)
  const doneOf = async () => (await value(page, 'runDetail', runId)).stages.find((s) => s.state === 'running')?.done
  await page.waitForTimeout(500) // what was on its way arrives
  const held = await doneOf()
  expect(held).toBeGreaterThan(0)
  await page.waitForTimeout(700)
  expect(await doneOf()).toBe(held)
  await page.getByRole('button', { name: 'Go on', exact: false }).click()
  const run = await reach(page, runId, 'done')
  // Nothing was started anew.
  expect(await enginePid(app)).toBe(pid)
  expect(run.stages.every((stage) => stage.cached || stage.seconds !== null)).toBe(true)
})

test('a killed engine costs its stage alone', async ({ open }) => {
  const { app, page } = await open()
  const { runId } = await value(page, 'run', longSpec('Engine killed'))
  await goTo(page, `#/monitor/${runId}`)
  const before = finished(await underway(page, runId, 2))
  process.kill(await enginePid(app), 'SIGKILL')
  const broken = await reach(page, runId, 'failed')
  expect(finished(broken)).toMatchObject(before)
  const failed = broken.stages.filter((stage) => stage.state === 'failed')
  expect(failed.filter((stage) => stage.startedAt !== null)).toHaveLength(1)
  expect(failed.map((stage) => stage.error.replace(/".*"/, '"…"'))).toEqual([
    'The engine process was killed (signal 9). Systems do so when memory runs out; if nobody ended it by hand, a smaller batch, fewer tokens or training the last blocks alone may fit.',
    ...failed.slice(1).map(() => 'It needs "…", which failed.'),
  ])
  await expect(page.getByRole('main')).toContainText('This stage failed; the finished ones are kept.')
  await page.getByRole('button', { name: goOn }).click()
  expect(finished(await reach(page, runId, 'done'))).toMatchObject(before)
})

test('a killed app leaves its run interrupted; one button goes on with it', async ({ open, home }) => {
  const first = await open()
  const { runId } = await value(first.page, 'run', longSpec('App killed'))
  const before = finished(await underway(first.page, runId, 2))
  await first.kill()

  const { page } = await open()
  expect(finished(await reach(page, runId, 'interrupted'))).toMatchObject(before)
  await goTo(page, `#/monitor/${runId}`)
  await expect(page.getByRole('main')).toContainText('The engine or the app ended while it worked.')
  await page.getByRole('button', { name: goOn }).click()
  expect(finished(await reach(page, runId, 'done'))).toMatchObject(before)
  expect(readdirSync(join(home, 'artifacts')).filter((name) => name === 'tmp')).toHaveLength(1)
  expect(readdirSync(join(home, 'artifacts', 'tmp'))).toEqual([])
})

test('closing the window while something runs asks first', async ({ open }) => {
  const { app, page } = await open()
  const { runId } = await value(page, 'run', longSpec('Asked about', 20))
  await underway(page, runId, 1)
  const close = (choice: number) =>
    app.evaluate(({ BrowserWindow, dialog }, response) => {
      const asked = new Promise<string>((settle) => {
        dialog.showMessageBox = (...args: unknown[]) => {
          settle((args.at(-1) as { message: string }).message)
          return Promise.resolve({ response, checkboxChecked: false })
        }
      })
      BrowserWindow.getAllWindows()[0]!.close()
      return asked
    }, choice)
  const visible = () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((w) => w.isVisible()))

  expect(await close(2)).toBe('A run is going on.')
  expect(await visible()).toEqual([true])
  await close(0)
  await expect.poll(visible).toEqual([false])
  expect((await value(page, 'runDetail', runId)).state).toBe('running')

  // Done, the window comes back by itself.
  await value(page, 'cancel', runId)
  await expect.poll(visible).toEqual([true])
})

test('stop and quit keeps the finished stages', async ({ open }) => {
  const first = await open()
  const { runId } = await value(first.page, 'run', longSpec('Stopped', 20))
  const before = finished(await underway(first.page, runId, 2))
  const gone = new Promise((settle) => first.app.process().once('exit', settle))
  await first.app
    .evaluate(({ BrowserWindow, dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 1, checkboxChecked: false })
      BrowserWindow.getAllWindows()[0]!.close()
    })
    .catch(() => undefined)
  await gone
  const { page } = await open()
  const run = await value(page, 'runDetail', runId)
  expect(run.state).toBe('interrupted')
  expect(finished(run)).toMatchObject(before)
})

test('while the command line tool writes, the window looks on', async ({ open, home }) => {
  const spec = join(home, 'spec.json')
  writeFileSync(spec, JSON.stringify(longSpec('From the terminal', 20)))
  const args = [join(root, 'out/main/cli.js'), 'run', spec, '--home', home]
  const cli = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((settle) => cli.once('close', settle))
  await new Promise<void>((settle) =>
    cli.stdout.on('data', (chunk: Buffer) => String(chunk).includes('weak') && settle()),
  )

  const { page } = await open()
  await expect.poll(async () => (await value(page, 'runs')).map((run) => run.name)).toEqual(['From the terminal'])
  expect((await value(page, 'status')).readOnly).not.toBe('')
  expect(await page.evaluate((s) => window.w2s!.call('run', s), smallSpec('Refused'))).toMatchObject({
    ok: false,
    error: { code: 'conflict' },
  })
  cli.kill('SIGINT')
  await ended
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(async () => (await value(page, 'status')).readOnly).toBe('')
  expect(await value(page, 'runs')).toMatchObject([{ name: 'From the terminal', state: 'cancelled' }])
})

test.describe('a lab that cannot be opened is told plainly and left as it is', () => {
  test('a store that is no store', async ({ open, home }) => {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'lab.sqlite'), 'This was a database once.'.repeat(1000))
    const { page } = await open()
    await expect(page.getByText(/lab\.sqlite/).first()).toBeVisible()
    expect(await page.evaluate(() => window.w2s!.call('runs'))).toMatchObject({
      ok: false,
      error: { code: 'storage' },
    })
  })

  test('a store of a newer version', async ({ open, home }) => {
    const first = await open()
    await value(first.page, 'runs')
    await first.close()
    const store = join(home, 'lab.sqlite')
    const code = `require('better-sqlite3')(process.argv[1]).exec("INSERT INTO migrations VALUES ('900-later', 0)")`
    execFileSync(process.execPath, ['-e', code, store], { cwd: root })
    const before = readFileSync(store)
    const { page } = await open()
    await expect(page.getByText(/written by a newer version of Weak-to-Strong Lab/).first()).toBeVisible()
    expect(readFileSync(store).equals(before)).toBe(true)
  })

  test('a disk that cannot be written', async ({ open, home }) => {
    test.skip(!mount(home, 'ro,size=1m'), 'mounting a disk takes root')
    try {
      const opened = await open()
      await expect(opened.page.getByText(/cannot be written to/).first()).toBeVisible()
      await opened.close()
    } finally {
      execFileSync('umount', ['-l', home])
    }
  })
})

test('a disk that fills up stops the run with the reason; with room again it goes on', async ({ open, home }) => {
  test.skip(!mount(home, 'size=200m'), 'mounting a disk takes root')
  try {
    const opened = await open()
    const { page } = opened
    const { runId } = await value(page, 'run', longSpec('No room'))
    const before = finished(await underway(page, runId, 2))
    const filler = join(home, 'filler')
    expect(() => writeFileSync(filler, Buffer.alloc(200 << 20))).toThrow(/ENOSPC/)
    await expect(page.getByText(/^The disk is full: nothing more can be stored/)).toBeVisible()
    rmSync(filler)
    await page.getByRole('button', { name: 'Try again' }).click()
    expect(finished(await reach(page, runId, 'interrupted'))).toMatchObject(before)
    await value(page, 'resume', runId)
    expect(finished(await reach(page, runId, 'done'))).toMatchObject(before)
    const tooLarge = longSpec('Too large', 100)
    const refused = await page.evaluate((spec) => window.w2s!.call('run', spec), tooLarge)
    expect(refused).toMatchObject({ ok: false, error: { message: expect.stringMatching(/writes about/) as unknown } })
    await opened.close()
  } finally {
    execFileSync('umount', ['-l', home])
  }
})

test('a disk that goes away stops the run with the reason; the app still closes', async ({ open, home }) => {
  const disk = breakable(home)
  test.skip(disk === null, 'taking a disk away takes root, loop devices, ext4 and Python')
  try {
    const opened = await open(join(disk!.folder, 'home'))
    const { app, page } = opened
    const told = await answering(app, 0)
    const { runId } = await value(page, 'run', longSpec('No disk', 6))
    await goTo(page, `#/monitor/${runId}`)
    await underway(page, runId, 2)
    disk!.takeAway()
    await expect(page.getByText(/^The disk does not answer: it was taken away/).first()).toBeVisible()
    await expect(page.getByRole('main')).not.toContainText('running')
    await expect(page.getByRole('contentinfo')).not.toContainText('step')
    expect(await told()).toEqual([])
    opened.errors.length = 0 // pages of the profile on that disk
    await opened.close()
  } finally {
    disk?.unmount()
  }
})
