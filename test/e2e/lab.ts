import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ElectronApplication, Page } from '@playwright/test'
import type { CallName, Calls, Reply, RunDetail } from '../../src-preload/contract'
import { expect, root } from './app'

/** Asks the lab as the page does. */
export function ask<K extends CallName>(
  page: Page,
  name: K,
  ...args: Parameters<Calls[K]>
): Promise<Reply<ReturnType<Calls[K]>>> {
  const asked: { name: CallName; args: unknown[] } = { name, args }
  return page.evaluate(({ name, args }) => window.w2s!.call(name, ...(args as [])), asked) as Promise<
    Reply<ReturnType<Calls[K]>>
  >
}

/** The value of a call that must succeed. */
export async function value<K extends CallName>(page: Page, name: K, ...args: Parameters<Calls[K]>) {
  const reply = await ask(page, name, ...args)
  if (!reply.ok) throw new Error(`${name}: ${reply.error.message}`)
  return reply.value
}

/** A small real experiment: one task, one arm, `epochs` of training for each model. */
export const smallSpec = (name: string, epochs = 2, seeds = [0]) => ({
  version: 1,
  name,
  tasks: ['sotu'],
  weak: [{ model: 'words', words: 50 }],
  strong: [{ model: 'vectors', hidden: 16 }],
  methods: [{ method: 'naive' }],
  sizes: { weak: 300, transfer: 300, validation: 100, test: 300 },
  optimiser: { weak: { epochs }, strong: { epochs } },
  evaluations: 10,
  seeds,
})

/** Stages of two seconds or so each, that something can happen to; `seeds` says how many there are. */
export const longSpec = (name: string, seeds = 2) =>
  smallSpec(
    name,
    1000,
    Array.from({ length: seeds }, (_, seed) => seed),
  )

/** Fills in how many rows each split has, in the Builder. */
export async function fillSizes(
  page: Page,
  [weak, transfer, validation, test]: readonly [number, number, number, number],
) {
  const sizes = { 'Weak half': weak, 'Transfer half': transfer, Validation: validation, Test: test }
  for (const [split, rows] of Object.entries(sizes))
    await page.getByRole('textbox', { name: split, exact: true }).fill(String(rows))
}

/** Waits until a run is in a state. */
export async function reach(page: Page, runId: string, state: RunDetail['state']): Promise<RunDetail> {
  await expect
    .poll(async () => (await value(page, 'runDetail', runId)).state, { timeout: 90_000, message: `run ${state}` })
    .toBe(state)
  return value(page, 'runDetail', runId)
}

/** Waits until a run has finished at least `stages` stages and is at work on the next one. */
export async function underway(page: Page, runId: string, stages: number): Promise<RunDetail> {
  await expect
    .poll(
      async () => {
        const run = await value(page, 'runDetail', runId)
        return run.stages.some((stage) => stage.state === 'running' && stage.done > 0) ? run.stagesDone : -1
      },
      { timeout: 90_000, intervals: [50] },
    )
    .toBeGreaterThanOrEqual(stages)
  return value(page, 'runDetail', runId)
}

/** Goes to a place by its address. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), hash)
}

/** The stages that were finished, with when: what must not be done again. */
export const finished = (run: RunDetail) =>
  Object.fromEntries(run.stages.filter((stage) => stage.state === 'done').map((stage) => [stage.key, stage.endedAt]))

/** A picture of the window in the folder that `W2S_SHOTS` names, where it names one. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.W2S_SHOTS
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`) })
}

/** What the button of a table saves as CSV, by its lines. */
export async function savedTable(app: ElectronApplication, page: Page, title: string, path: string): Promise<string[]> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, path)
  await page.getByRole('button', { name: `Save as CSV: ${title}`, exact: true }).click()
  await expect(page.getByText(`Saved as ${path}`)).toBeVisible()
  return readFileSync(path, 'utf8').trimEnd().split('\r\n')
}

/** Exports a run to where the dialog says, by its page's button. @returns what the command line's `verify` says of the bundle */
export async function exported(app: ElectronApplication, page: Page, runId: string, zip: string): Promise<unknown> {
  await app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath })
  }, zip)
  await goTo(page, `#/results/${runId}`)
  await page.getByRole('button', { name: 'Export bundle' }).click()
  await expect(page.getByRole('main')).toContainText('Bundle written.')
  const told = execFileSync(process.execPath, [join(root, 'out/main/cli.js'), 'verify', zip, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return JSON.parse(told.trim().split('\n').at(-1)!) as unknown
}

/** Keeps what would be shown on the desktop, the window being looked away from. @returns what was so far, line by line */
export async function desktop(app: ElectronApplication): Promise<() => Promise<string[] | null>> {
  await app.evaluate(({ BrowserWindow, Notification }) => {
    const shown: Electron.Notification[] = []
    Object.assign(globalThis, { shown })
    Object.assign(BrowserWindow.getAllWindows()[0]!, { isFocused: () => false })
    Object.assign(Notification, { isSupported: () => true })
    Object.assign(Notification.prototype, {
      show(this: Electron.Notification) {
        shown.push(this)
      },
    })
  })
  // Null where the answer was lost ("promise was garbage collected"): asked again.
  return () =>
    app
      .evaluate(() =>
        (globalThis as unknown as { shown: Electron.Notification[] }).shown.map(
          ({ title, body }) => `${title} — ${body}`,
        ),
      )
      .catch(() => null)
}
