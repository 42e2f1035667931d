/** Names of the levels that stand beside supervisor, student and ceiling of an arm: they are told under these. */
export const BAG_OF_WORDS = 'bag-of-words regression'
export const UNTUNED_PROBE = 'untuned probe'

/** Whose labels the examples of a prompt have. */
export type ShotLabels = 'truth' | 'weak'

const LABELS_OF: Record<ShotLabels, string> = { truth: 'ground truth', weak: 'weak labels' }

/** The name of the strong model prompted with so many examples: "zero-shot", or e.g. "5-shot, weak labels". */
export const promptedName = (shots: number, labels: ShotLabels): string =>
  shots === 0 ? 'zero-shot' : `${shots}-shot, ${LABELS_OF[labels]}`
