// A language model's pretraining in the real app: stopped, ended by `kill -9` and gone on with, it has the weights of one that
// never was.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, test } from './app'
import { goTo, reach, value } from './lab'
import { enginePid } from './processes'

const SPEC = {
  ...{ version: 1, kind: 'pretrain', name: 'To be killed', corpora: ['canterbury'], vocabulary: 400, context: 64 },
  training: { steps: 600, batchTokens: 512, evaluations: 4 },
  models: [{ id: 'tiny', width: 32, layers: 2, heads: 2 }],
}

/** Starts it; gives the run and the key of the stage that makes the model. */
async function begun(page: Page) {
  const { runId } = await value(page, 'run', SPEC)
  const { key } = (await value(page, 'runDetail', runId)).stages.find(({ kind }) => kind === 'language')!
  return { runId, key }
}

/** Waits until so many updates of the model are done. */
async function learnt(page: Page, runId: string, updates: number): Promise<void> {
  const doneOf = async () => {
    const { stages } = await value(page, 'runDetail', runId)
    return stages.find(({ kind, state }) => kind === 'language' && state === 'running')?.done ?? 0
  }
  await expect.poll(doneOf, { timeout: 60_000, intervals: [50] }).toBeGreaterThan(updates)
}

/** The updates after which it says that it goes on, in order. */
async function wentOn(page: Page, runId: string): Promise<number[]> {
  const lines = await value(page, 'log', { runId, limit: 100 })
  return lines.flatMap(({ text }) => {
    const [, update] = /^Going on after update (\d+)\.$/.exec(text) ?? []
    return update === undefined ? [] : [Number(update)]
  })
}

/** Hash of every file of the model. */
function hashes(home: string, key: string): Record<string, string> {
  const manifest = JSON.parse(readFileSync(join(home, 'artifacts', key, 'manifest.json'), 'utf8')) as {
    files: { name: string; sha256: string }[]
  }
  return Object.fromEntries(manifest.files.map(({ name, sha256 }) => [name, sha256]))
}

const goOn = /^Go on, \d+ stages? left/

test('a pretraining that is killed goes on to the weights of one that never was', async ({ open, home }) => {
  const { app, page } = await open()
  const { runId, key } = await begun(page)
  await goTo(page, `#/monitor/${runId}`)
  await learnt(page, runId, 20)
  await value(page, 'cancel', runId)
  await reach(page, runId, 'cancelled')
  await page.getByRole('button', { name: goOn }).click()
  await learnt(page, runId, 60)
  process.kill(await enginePid(app), 'SIGKILL')
  await reach(page, runId, 'failed')
  await expect(page.getByRole('main')).toContainText('The engine process was killed (signal 9).')
  await page.getByRole('button', { name: goOn }).click()
  await reach(page, runId, 'done')
  const updates = await wentOn(page, runId)
  // From where it was kept when it was stopped, both times: it was killed within a minute of that.
  expect(updates).toEqual([updates[0], updates[0]])
  expect(updates[0]).toBeGreaterThan(20)

  const other = join(home, 'never-killed')
  const whole = await open(other)
  const second = await begun(whole.page)
  expect(second.key).toBe(key)
  await reach(whole.page, second.runId, 'done')
  expect(await wentOn(whole.page, second.runId)).toEqual([])
  const made = hashes(home, key)
  expect(Object.keys(made)).toContain('model.safetensors')
  expect(made).toEqual(hashes(other, key))
})
