import { byId } from '../spec/by-id'
import { entropy } from './entropy'
import { logconf } from './logconf'
import { product } from './product'
import { xent } from './xent'

/** Every loss that a training may use, and with each the method of finetuning with it. */
export const LOSSES = byId([xent, logconf, product, entropy])
