/** The number that stands before a half-move, by how many were played: "1.", "1...", "2.". */
export const numberBefore = (played: number): string => `${1 + (played >> 1)}.${played % 2 === 0 ? '' : '..'}`

/** "1. d4 1... Nf6 2. Nf3": moves in SAN with every half-move numbered (arXiv 2312.09390, figure 14). */
export const numbered = (san: readonly string[]): string =>
  san.map((move, played) => `${numberBefore(played)} ${move}`).join(' ')
