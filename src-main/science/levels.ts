/** Names of the levels that stand beside supervisor, student and ceiling of an arm: they are told under these. */
export const BAG_OF_WORDS = 'bag-of-words regression'
export const UNTUNED_PROBE = 'untuned probe'
