import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import { fakeCardIn, fakeLtIn, type FakeCard, type FakeLt } from './fake-card'

export { emulatedCard, type Conditions } from './fake-card'

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'w2s-card-'))
  afterAll(() => rmSync(made, { recursive: true, force: true }))
  return made
}

/** A card for a file of tests. */
export const fakeCard = (): FakeCard => fakeCardIn(folder())

/** cuBLASLt for a file of tests. */
export const fakeLt = (): FakeLt => fakeLtIn(folder())
