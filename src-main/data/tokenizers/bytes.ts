/** GPT-2's letter for every byte: itself where it can be seen, else one from U+0100 on. */
export const LETTERS: readonly string[] = letters()
const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]))
const SEEN = /^[!-~]*$/
const utf8 = new TextEncoder()

function letters(): string[] {
  let unseen = 0
  return Array.from({ length: 256 }, (_, byte) => {
    const isSeen = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad)
    return String.fromCharCode(isSeen ? byte : 0x100 + unseen++)
  })
}

/** The bytes of a text's UTF-8 as letters. */
export function lettersOf(text: string): string {
  if (SEEN.test(text)) return text
  let made = ''
  for (const byte of utf8.encode(text)) made += LETTERS[byte]!
  return made
}

/** The text that letters stand for; bytes that are no UTF-8 become U+FFFD. A token with another letter stands for itself. */
export function textOf(tokens: readonly string[]): string {
  const bytes = tokens.flatMap((token) => {
    const known = Array.from(token, (letter) => BYTES.get(letter))
    return known.every((byte) => byte !== undefined) ? known : [...utf8.encode(token)]
  })
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))
}
