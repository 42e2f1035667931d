import type { TaskVariant } from './task'

export const chessPuzzles: TaskVariant = {
  id: 'chess-puzzles',
  title: 'Chess puzzles',
  question: 'Which move is clearly the best after these?',
  form: { kind: 'text' },
  examples: 5_330,
  testExamples: 982,
  letters: 265,
  lengthAlone: null,
  graded: true,
  licence: 'Public domain: moves of an engine against itself',
  sharable: true,
  source:
    'Positions of games that Stockfish 15.1 played against itself, with noise, in which it holds one move for 2 pawns or more better than any other, or for the only mate.',
  sha256: '775ccf3828be5220b23eb4b5602c63571af66b36f406ad54a0c5b2a6bf696300',
}
