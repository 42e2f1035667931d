// Names under which the engine reports quantities, and what people call them.

export const LOSS = 'loss'
export const ACCURACY = 'accuracy'
export const AGREEMENT = 'agreement'
export const AGREEMENT_WEAK_WRONG = 'agreement_weak_wrong'
/** Of held-out text, by a language model. */
export const BITS_PER_BYTE = 'bits_per_byte'
/** Of the schedule. */
export const LEARNING_RATE = 'lr'
/** Weight of the student's own predictions in a loss. */
export const ALPHA = 'alpha'
/** Above which probability of class 0 a prediction hardens to it. */
export const THRESHOLD = 'threshold'
