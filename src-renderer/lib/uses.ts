/** As what a pretrained model can be put into the draft of the Builder. */
export const USES = ['supervisor', 'rung', 'student'] as const
export type ModelUse = (typeof USES)[number]

export const USE_NAMES: Record<ModelUse, string> = { supervisor: 'supervisor', rung: 'next rung', student: 'student' }

export const isUse = (text: string): text is ModelUse => USES.some((use) => use === text)
