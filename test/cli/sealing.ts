import { expect } from 'vitest'
import type { Looks } from '../../src-preload/contract'
import { mismatches, type readTables } from './documents'
import type { CommandLine, Ended } from './w2s'

/**
 * Seals the newest run's study and breaks the seal.
 * @param shown what `show` told before the run was exported once
 */
export async function sealAndBreak(w2s: CommandLine, tables: ReturnType<typeof readTables>, shown: Ended['document']) {
  const looks = shown.looks as Looks
  expect(looks.counted).toBe(true)
  const before = looks.before + 2
  const sealed = await w2s.run('seal', 'last', '--json')
  expect(mismatches(tables, 'seal', sealed.document)).toEqual([])
  const withheld = await w2s.run('show', 'last', '--json')
  expect(mismatches(tables, 'show', withheld.document)).toEqual([])
  expect(withheld.document).toMatchObject({ results: [], run: { sealed: true, headline: '' }, looks: { before } })
  const refused = await w2s.run('export', 'last')
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('is sealed')])
  const opened = await w2s.run('unseal', 'last')
  const told = opened.stdout.replaceAll(/\s+/g, ' ')
  expect(told).toMatch(
    new RegExp(`had been looked at ${before} times, first.*; sealed on .*, after ${before} looks; seal broken`),
  )
  const again = await w2s.run('unseal', 'last')
  expect(again.stdout.replaceAll(/\s+/g, ' ')).toMatch(/^There was no seal on the study of “.*”\. When this was opened/)
  for (const { stdout } of [opened, again]) expect(stdout).not.toContain('not counted')
}
