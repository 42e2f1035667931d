import { LOSSES } from '../losses'
import { byId } from '../spec/by-id'
import { byLoss } from './by-loss'

/** Every method that a spec may name. */
export const METHODS = byId(Object.values(LOSSES).map(byLoss))
