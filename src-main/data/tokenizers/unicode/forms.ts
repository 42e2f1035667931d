import { testOf } from './ranges'
import { NEW_LOWER_CASE, UNNORMALISED } from './tables'

export type Form = 'NFC' | 'NFD' | 'NFKC' | 'NFKD'

let at = 0
const isUnnormalised = testOf(UNNORMALISED.split(' ').map((step) => (at += parseInt(step, 36))))

const ASCII = /^\p{ASCII}*$/u

/**
 * A normal form as the reference has it, which knows no character that is newer than Unicode 11: such a one stays as it
 * is, and what stands before and behind it is normalised apart.
 */
export function normalForm(text: string, form: Form): string {
  if (ASCII.test(text)) return text
  let made = ''
  let from = 0
  for (let at = 0; at < text.length;) {
    const point = text.codePointAt(at)!
    const end = at + (point > 0xffff ? 2 : 1)
    if (isUnnormalised(point)) {
      made += text.slice(from, at).normalize(form) + text.slice(at, end)
      from = end
    }
    at = end
  }
  return made + text.slice(from).normalize(form)
}

const letters = [...NEW_LOWER_CASE]
const newLowerCase = new Map(letters.flatMap((letter, i) => (i % 2 === 0 ? [[letter, letters[i + 1]!] as const] : [])))
const UNEQUAL = new RegExp(`[Σ${[...newLowerCase.keys()].join('')}]`, 'gu')

/** Lower case letter by letter: a sigma at a word's end is one like any other. */
export function lowerCase(text: string): string {
  return text.replace(UNEQUAL, (letter) => newLowerCase.get(letter) ?? 'σ').toLowerCase()
}
