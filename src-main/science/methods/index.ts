import { confidence } from './confidence'
import type { MethodVariant } from './method'
import { naive } from './naive'

/** Every method that a spec may name. */
export const METHODS: Readonly<Record<string, MethodVariant>> = { naive, confidence }
