import { contentKey } from '../maths/hash'
import { kindOf, type Stage } from '../stages'

type Content = Pick<Stage, 'kind' | 'config' | 'needs'>

/** What names a stage: a hash of all that determines its result. */
export function stageKey({ kind, config, needs }: Content, version = kindOf(kind).version): string {
  return contentKey({ kind, config, needs, version })
}

/** Version of the code that a stage was planned for; null when its key is not that of its content. */
export function versionOf(stage: Content & { key: string }): number | null {
  for (let { version } = kindOf(stage.kind); version > 0; version--)
    if (stageKey(stage, version) === stage.key) return version
  return null
}
