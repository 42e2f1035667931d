/**
 * Words of a text: lower-case runs of Unicode letters and digits, with apostrophes inside them ("don't", "o'clock").
 * Everything else separates. No stemming, no stop words: what a model of a few words can see must be easy to explain.
 */
export function tokenizeWords(text: string): string[] {
  return text.toLowerCase().replaceAll('’', "'").match(WORD) ?? []
}
const WORD = /[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*/gu
