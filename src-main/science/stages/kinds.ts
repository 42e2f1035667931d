import { adapt } from './adapt'
import { data } from './data'
import { features } from './features'
import type { Kind, NeedKeys } from './kind'
import { label } from './label'
import { language } from './language'
import { pretrain } from './pretrain'
import { prompt } from './prompt'
import { tokens } from './tokens'
import { train } from './train'

/** Every kind of stage. */
export const KINDS = { data, pretrain, adapt, features, train, label, tokens, language, prompt }
export type StageKind = keyof typeof KINDS
type Kinds = typeof KINDS

/**
 * A stage is the unit of work, caching and failure. `needs` maps a role to the key of the stage that fills it: `data`,
 * `vectors`, `adapted`, `features`, `probe` (a train stage), `labels` (a label stage), `model` (a train stage), `tokens`.
 */
export type Stage = {
  [K in StageKind]: Kinds[K] extends Kind<infer C, infer N>
    ? {
        /** sha256 hex over kind, config, keys of the needs and the version of the stage's code. */
        key: string
        /** All that is known of it, for people. */
        title: string
        kind: K
        config: C
        needs: NeedKeys<N>
      }
    : never
}[StageKind]

/** The kind of a stage, to be asked about its config. */
export function kindOf(kind: StageKind): Kind<Stage['config']> {
  return KINDS[kind]
}

/** What a stage reads beside its needs. */
export const readsOf = ({ kind, config }: Stage) => kindOf(kind).reads(config)

/** What a stage is in an arm; null for what serves several. */
export const roleOf = ({ kind, config }: Stage) => kindOf(kind).role?.(config) ?? null
