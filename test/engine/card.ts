import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { fakeCardIn, type FakeCard } from './fake-card'

export type { Conditions } from './fake-card'

/** A card for a file of tests. */
export function fakeCard(): FakeCard {
  const folder = mkdtempSync(path.join(tmpdir(), 'w2s-card-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return fakeCardIn(folder)
}
