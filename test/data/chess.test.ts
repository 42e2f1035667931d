import { resolve } from 'node:path'
import { Chess } from 'chess.js'
import { describe, expect, it } from 'vitest'
import { readCorpus } from '../../src-main/data/corpora/read'
import { readTask } from '../../src-main/data/datasets/read'

const resources = (path: string) => resolve(import.meta.dirname, '../../resources', path)
const puzzles = () => readTask(resources('tasks/chess-puzzles.jsonl.gz'), { kind: 'text' })
const games = () => readCorpus(resources('corpora/chess-games.jsonl.gz'))

/** Moves in SAN without their numbers, which have to be the right ones: "1. d4 1... Nf6 2." is of two moves. */
function movesOf(text: string): string[] {
  const words = text.split(' ')
  words.forEach((word, i) => {
    const played = i >> 1
    if (i % 2 === 0) expect(word).toBe(`${1 + (played >> 1)}.${played % 2 ? '..' : ''}`)
  })
  return words.filter((_, i) => i % 2 === 1)
}

function play(san: readonly string[]): Chess {
  const chess = new Chess()
  // Throws at a move that is not legal, or not in SAN.
  for (const move of san) expect(chess.move(move, { strict: true }).san).toBe(move)
  return chess
}

describe('chess puzzles', () => {
  it('go on with a legal move in SAN from the position that they tell; a mate is the only one', async () => {
    for (const { text, target, fen } of (await puzzles()).filter((_, i) => i % 40 === 0)) {
      const san = movesOf(text)
      expect(text.endsWith('.')).toBe(true)
      const chess = play(san)
      expect(chess.fen()).toBe(fen)
      const legal = chess.moves()
      expect(legal.length).toBeGreaterThan(1)
      expect(target).toMatch(/^ \S+$/)
      expect(legal).toContain(target.trim())
      if (target.endsWith('#')) expect(legal.filter((move) => move.endsWith('#'))).toHaveLength(1)
    }
  }, 60_000)

  it('are each of another position, none of them in a game that is pretrained on', async () => {
    const rows = await puzzles()
    const positionOf = (fen = '') => fen.split(' ').slice(0, 4).join(' ')
    expect(new Set(rows.map(({ fen }) => positionOf(fen))).size).toBe(rows.length)
    const prompts = new Set(rows.map(({ text }) => text))
    const pretrained = (await games()).filter((game) => {
      const words = game.split(' ')
      return words.some((_, i) => i % 2 === 0 && prompts.has(words.slice(0, i + 1).join(' ')))
    })
    expect(pretrained).toEqual([])
  }, 60_000)

  it('are of all difficulties, from what is seen at once to what takes a long search', async () => {
    const nodes = (await puzzles()).map(({ difficulty }) => difficulty!).sort((a, b) => a - b)
    const at = (share: number) => nodes[Math.floor(share * (nodes.length - 1))]!
    expect(at(0.1)).toBeLessThan(100)
    expect(at(0.9)).toBeGreaterThan(2000)
  })
})

it('chess games are legal from the first move to the last', async () => {
  for (const game of (await games()).filter((_, i) => i % 200 === 0)) play(movesOf(game))
}, 60_000)
