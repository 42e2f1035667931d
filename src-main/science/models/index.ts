import type { ModelVariant } from './model'
import { vectors } from './vectors'
import { words } from './words'

/** Every model that a spec may name. */
export const MODELS: Readonly<Record<string, ModelVariant>> = { words, vectors }
