// An NVIDIA card in the app, over a library that the test breaks (src-native/cuda/fake).
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakeCardIn } from '../engine/fake-card'
import { expect, root, test } from './app'
import { goTo, shoot, value } from './lab'

test.skip(
  process.platform !== 'linux' || !existsSync(join(root, 'src-native/build/w2s.node')),
  'The native engine is not built here.',
)

test('a card is examined, mended and asked for', async ({ open }) => {
  test.setTimeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'w2s-card-'))
  const card = fakeCardIn(folder)
  card.set({ error: 100 })
  const { page } = await open(undefined, { ...card.env, W2S_CACHE: join(folder, 'cache') })
  await goTo(page, '#/doctor')
  const main = page.getByRole('main')
  await expect(main.getByText('The driver sees no card.').first()).toBeVisible({ timeout: 90_000 })
  await expect(main.getByText(/^`nvidia-smi|nvidia-smi -L/).first()).toBeVisible()

  card.set({ quick: 1, name: 'NVIDIA GeForce RTX 4090', memory: 24e9 })
  await page.getByRole('button', { name: 'Test again' }).click()
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('NVIDIA card trains here, on the GPU', {
    timeout: 120_000,
  })
  await expect(main.getByRole('table', { name: 'Memory of the card' })).toBeVisible()
  await shoot(page, 'doctor-card')
  const { backends, chosen } = await value(page, 'doctor')
  expect(chosen!.id).toBe('cuda')
  expect(backends[0]!.card!.devices).toMatchObject([{ name: 'NVIDIA GeForce RTX 4090' }])

  await goTo(page, '#/builder')
  await page.getByLabel('Backend').selectOption('NVIDIA card')
  await page.getByLabel('Go on elsewhere').check()
  await page.getByLabel('Backend').scrollIntoViewIfNeeded()
  await shoot(page, 'builder-machine')
  await page.getByLabel('Backend').selectOption('Best that works here')
  rmSync(folder, { recursive: true, force: true })
})
