import { byId } from '../spec/by-id'
import type { ModelVariant } from './model'
import { pretrained } from './pretrained'
import { probe } from './probe'
import { vectors } from './vectors'
import { words } from './words'

/** Every model that a spec may name. */
export const MODELS = byId<ModelVariant>([words, vectors, pretrained, probe])
