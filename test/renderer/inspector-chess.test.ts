import { cleanup, screen, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import type { Cube, ExampleDetail, Said } from '../../src-preload/contract'
import { CATALOG } from './bridge'
import { open } from './window'

afterEach(cleanup)

const CUBE: Cube = {
  counts: { '000': 0, '001': 1, '010': 0, '011': 0, '100': 0, '101': 0, '110': 0, '111': 0 },
  ...{ choices: 0, examples: 1, copiedByConfidence: [] },
}
const wrote = (says: string, confidence = 0.5): Said => ({ says, confidence, right: says === ' Nf6' })
/** Black is to move; its pawn on e5 is attacked. */
const GAME: ExampleDetail = {
  ...{ index: 0, text: '1. e4 1... e5 2. Nf3 2...', group: 'game', truth: ' Nf6', cell: '001' },
  ...{ weak: wrote(' Nc6'), student: wrote(' Nc6'), ceiling: wrote(' Nf6') },
  history: { step: [0, 10], fate: ['own', 'own'], of: null, probability: [0.01, 0.1], weak: 0.2, ceiling: 0.9 },
}
const looked = (example: ExampleDetail) => {
  const tasks = CATALOG.tasks.map((task) => ({ ...task, form: 'text' as const, classes: [] }))
  open('#/inspector/run-done', {
    catalog: () => ({ ...CATALOG, tasks }),
    cube: () => CUBE,
    examples: () => ({ total: 1, right: { weak: 0, student: 0, ceiling: 1 }, rows: [example] }),
    example: () => example,
  })
}
const board = () => screen.findByRole('img', { name: /to move\./ })
const moves = async () =>
  within(await screen.findByRole('list', { name: 'Moves' }))
    .getAllByRole('listitem')
    .map((item) => item.textContent.trim())
/** Lower left corners of what stands on squares, in the drawing's units. */
const placesOf = (of: Element, selector: string) =>
  [...of.querySelectorAll(selector)].map((one) =>
    /translate\(([\d.]+) ([\d.]+)\)/.exec(one.getAttribute('transform')!)!.slice(1).map(Number),
  )

describe('the board of an example', () => {
  it('shows the position after the game, its side to move at the bottom, and says it in words', async () => {
    looked(GAME)
    const drawn = await board()
    expect(drawn.getAttribute('aria-label')).toBe(
      'Black to move. Black: king e8; queen d8; rooks a8, h8; bishops c8, f8; knights b8, g8; ' +
        'pawns a7, b7, c7, d7, f7, g7, h7, e5. White: king e1; queen d1; rooks a1, h1; bishops c1, f1; ' +
        'knights f3, b1; pawns e4, a2, b2, c2, d2, f2, g2, h2.',
    )
    expect(screen.getByText('Black to move, at the bottom.')).toBeTruthy()
    expect(drawn.querySelectorAll('.piece.b')).toHaveLength(16)
    // Black's king on e8 stands in the lowest row, fourth from the left as Black sees it.
    expect(placesOf(drawn, '.piece.b')).toContainEqual([3 * 45, 7 * 45])
  })

  it('draws the three moves and frames the right one; moves between the same squares lie beside each other', async () => {
    looked(GAME)
    const drawn = await board()
    const arrows = [...drawn.querySelectorAll<SVGGElement>('.arrow')]
    expect(arrows.map((arrow) => arrow.style.fill)).toEqual(['var(--weak)', 'var(--student)', 'var(--ceiling)'])
    const lanes = arrows.map((arrow) => Number(/translate\(0 (-?[\d.]+)\)$/.exec(arrow.getAttribute('transform')!)![1]))
    expect(lanes[0]).toBeLessThan(lanes[1]!)
    expect(lanes[2]).toBe(0)
    // b8 to c6 as Black sees it: from the second file from the right.
    expect(placesOf(drawn, '.arrow')[0]).toEqual([6 * 45 + 22.5, 7 * 45 + 22.5])
    const frames = [...drawn.querySelectorAll('.frame')].map((frame) => [
      frame.getAttribute('x'),
      frame.getAttribute('y'),
    ])
    expect(frames).toEqual([
      [`${1 * 45 + 2}`, `${7 * 45 + 2}`],
      [`${2 * 45 + 2}`, `${5 * 45 + 2}`],
    ])
    expect(await moves()).toEqual([
      'weak: Nc6 (b8 to c6)',
      'student: Nc6 (b8 to c6)',
      'ceiling: Nf6 (g8 to f6)',
      'right: Nf6 (g8 to f6)',
    ])
  })

  it('says in words what is no legal move, and what is the right one in another spelling', async () => {
    looked({ ...GAME, weak: wrote(' Nf3'), student: wrote(''), ceiling: wrote(' Nf6+') })
    expect(await moves()).toEqual([
      'weak: “ Nf3”, not a legal move',
      'student: nothing written',
      'ceiling: Nf6 (g8 to f6), the right move in another spelling',
      'right: Nf6 (g8 to f6)',
    ])
    expect((await board()).querySelectorAll('.arrow')).toHaveLength(1)
  })

  it('shows the position that the example tells, whatever its text is', async () => {
    const fen = '8/P6k/8/8/8/8/8/K7 w - - 0 1'
    looked({ ...GAME, text: 'a study', fen, truth: ' a8=Q', weak: wrote(' a8=N'), student: wrote(' Kb1') })
    expect((await board()).getAttribute('aria-label')).toBe('White to move. White: king a1; pawn a7. Black: king h7.')
    expect((await moves()).slice(0, 2)).toEqual(['weak: a8=N (a7 to a8)', 'student: Kb1 (a1 to b1)'])
  })

  it('is not there where a position cannot be read, or no game is played', async () => {
    looked({ ...GAME, fen: 'nonsense' })
    expect(await screen.findByText('No position can be read from this example.')).toBeTruthy()
    cleanup()
    looked({ ...GAME, text: '1. e4 1... Ke5 2.' })
    expect(await screen.findByText('No position can be read from this example.')).toBeTruthy()
    cleanup()
    looked({ ...GAME, text: '1. e4 is what he opened with' })
    await screen.findByRole('table', { name: 'Probabilities' })
    expect(screen.queryByText('No position can be read from this example.')).toBeNull()
    expect(screen.queryByRole('list', { name: 'Moves' })).toBeNull()
  })
})
