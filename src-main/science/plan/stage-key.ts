import { LABELS } from '../labels'
import { LOSSES } from '../losses'
import { contentKey } from '../maths/hash'
import { MODELS } from '../models'
import { kindOf, type Stage } from '../stages'

type Content = Pick<Stage, 'kind' | 'config' | 'needs'>
/** Versions of the variants whose code makes a stage's result. */
type Versions = Record<string, number>

/** What names a stage: a hash of all that determines its result. Of variants only later versions than 1 go into it. */
export function stageKey(
  { kind, config, needs }: Content,
  version = kindOf(kind).version,
  variants = variantVersions(config),
): string {
  const later = Object.fromEntries(Object.entries(variants).filter(([, each]) => each > 1))
  return contentKey({ kind, config, needs, version, ...(Object.keys(later).length > 0 && { variants: later }) })
}

/** Version of the code that a stage was planned for; null when its key is not that of its content. */
export function versionOf(stage: Content & { key: string }): number | null {
  const combinations = [...upTo(variantVersions(stage.config))]
  for (let { version } = kindOf(stage.kind); version > 0; version--)
    if (combinations.some((variants) => stageKey(stage, version, variants) === stage.key)) return version
  return null
}

/** Today's versions; of a variant that is not there any more nothing else is known. */
function variantVersions(config: Content['config']): Versions {
  if ('form' in config && !('task' in config)) return { rule: LABELS[config.form]?.version ?? 1 }
  if (!('loss' in config)) return {}
  const { loss, model } = config
  return { loss: LOSSES[loss.loss]?.version ?? 1, model: MODELS[model.model]?.version ?? 1 }
}

/** Every combination of the given versions and those before, the newest first. */
function* upTo(versions: Versions): Generator<Versions> {
  const [first, ...others] = Object.entries(versions)
  if (!first) {
    yield {}
    return
  }
  const [name, newest] = first
  for (let version = newest; version > 0; version--)
    for (const rest of upTo(Object.fromEntries(others))) yield { [name]: version, ...rest }
}
