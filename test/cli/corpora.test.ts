// Games of chess as a corpus, by the command line: what is kept of a PGN file, and what is refused.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readCorpus } from '../../src-main/data/corpora/read'
import { GAMES, pgn } from '../data/lichess'
import { mismatches, readTables } from './documents'
import { buildCommandLine, type CommandLine } from './w2s'

let w2s: CommandLine
beforeAll(async () => {
  w2s = await buildCommandLine()
}, 60_000)
afterAll(() => w2s.remove())

const tables = readTables()
const said = (...args: string[]) => w2s.run('corpora', ...args, '--json')

/** The games, of which every third is of players below 1800, one begins elsewhere and one has no move. */
const rated = GAMES.map(({ pgn: game }, i) => `[WhiteElo "${i % 3 ? 1900 : 1700}"]\n[BlackElo "2000"]\n${game}`)
const odd = '[Event "study"]\n[FEN "8/8/8/8/8/8/8/K1k5 w - - 0 1"]\n\n1. Ka2 *\n\n[Event "forfeit"]\n\n1-0\n\n'

it('adds games in the form of the bundled ones, lists and removes them', async () => {
  await writeFile(join(w2s.home, 'games.pgn'), rated.join('') + odd)
  const added = await said('add', 'games.pgn', '--id', 'mine', '--licence', 'CC0', '--elo', '1800')
  expect([added.code, mismatches(tables, 'corpora', added.document)]).toEqual([0, []])
  const kept = GAMES.filter((_, i) => i % 3 !== 0)
  expect(added.document).toMatchObject({ corpora: [{ id: 'mine', kind: 'games', documents: kept.length }] })
  expect(added.stderr).toContain(`${kept.length} games. ${GAMES.length - kept.length + 2} games passed over.`)
  const texts = await readCorpus(join(w2s.home, 'lab', 'corpora', 'mine.jsonl.gz'))
  // Numbered by hand, apart from the importer's own.
  const words = ({ san }: (typeof GAMES)[number]) =>
    san.map((move, ply) => `${Math.floor(ply / 2) + 1}${ply % 2 ? '...' : '.'} ${move}`).join(' ')
  expect(texts).toEqual(kept.map(words))

  const { document } = await said()
  expect(mismatches(tables, 'corpora', document)).toEqual([])
  expect(document).toMatchObject({
    corpora: expect.arrayContaining([
      expect.objectContaining({ id: 'chess-games', origin: 'bundled' }),
      expect.objectContaining({
        id: 'mine',
        origin: 'imported',
        source: 'imported from games.pgn, both players rated 1800 or more',
      }),
    ]) as unknown,
  })
  expect((await said('add', 'games.pgn', '--id', 'mine', '--licence', 'CC0')).code).not.toBe(0)
  expect((await said('add', 'games.pgn', '--id', 'chess-games', '--licence', 'CC0')).code).not.toBe(0)
})

it('lets a model be pretrained on them', async () => {
  const spec = {
    ...{ version: 1, kind: 'pretrain', name: 'Mine', corpora: ['mine'], vocabulary: 300, context: 64, heldOut: 10 },
    training: { batchTokens: 512, evaluations: 2 },
    models: [{ id: 'mine-1', width: 32, layers: 1, heads: 2, training: { steps: 4 } }],
  }
  await writeFile(join(w2s.home, 'mine.json'), JSON.stringify(spec))
  const { code, stderr } = await w2s.run('run', 'mine.json', '--json')
  expect([code, stderr]).toEqual([0, expect.any(String)])
  expect((await said('remove', 'mine')).code).toBe(0)
  expect((await w2s.run('run', 'mine.json', '--json')).stderr).not.toBe('')
}, 60_000)

it('refuses what is no game by line and column, and keeps nothing of it', async () => {
  await writeFile(join(w2s.home, 'bad.pgn'), pgn(GAMES.slice(0, 5)).replace(/2\. \S+/, '2. Qa9'))
  const { code, stderr } = await said('add', 'bad.pgn', '--id', 'bad', '--licence', 'CC0')
  expect(code).toBe(2)
  expect(stderr).toMatch(/line 4, column \d+: expected a move, as "Nf3", got "Qa9"/)
  expect((await said()).document).toMatchObject({ corpora: expect.not.arrayContaining([{ id: 'bad' }]) as unknown })
  await writeFile(join(w2s.home, 'none.pgn'), odd)
  const none = await said('add', 'none.pgn', '--id', 'none', '--licence', 'CC0')
  expect(none.stderr).toContain('expected a PGN file with games to learn from, got none of 2')
})
