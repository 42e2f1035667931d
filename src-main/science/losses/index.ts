import { logconf } from './logconf'
import type { LossVariant } from './loss'
import { xent } from './xent'

/** Every loss that a training may use. */
export const LOSSES: Readonly<Record<string, LossVariant>> = { xent, logconf }
