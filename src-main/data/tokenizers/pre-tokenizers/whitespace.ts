import { z } from 'zod'
import { isOf } from '../unicode/classes'
import type { PreTokenizer } from './pre-tokenizer'

export const schema = z.strictObject({ type: z.literal('Whitespace') })

/** Runs of letters, marks, digits and underscores, and runs of all else that is no blank. */
export function whitespace(): PreTokenizer {
  const [isWord, isSpace] = [isOf('crateWord'), isOf('space')]
  const kind = (point: number) => (isWord(point) ? 'word' : isSpace(point) ? 'blank' : 'other')
  return (text) => {
    const pieces: string[] = []
    let last = 'blank'
    for (const letter of text) {
      const now = kind(letter.codePointAt(0)!)
      if (now !== 'blank' && now === last) pieces[pieces.length - 1] += letter
      else if (now !== 'blank') pieces.push(letter)
      last = now
    }
    return pieces
  }
}
