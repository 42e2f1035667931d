import type { Catalog, TaskInfo } from '../../../src-preload/contract'
import { BACKENDS_IN_ORDER } from '../../science/backends'
import { describeCatalog } from '../../science/catalog'
import type { Presets } from '../presets'

/** Everything that a spec may name. */
export function catalogOf(
  tasks: TaskInfo[],
  presets: Pick<Presets, 'list' | 'broken'>,
  checkpoints: Catalog['checkpoints'],
): Catalog {
  return {
    ...describeCatalog(),
    tasks,
    checkpoints,
    presets: presets.list(),
    brokenPresets: presets.broken(),
    backends: [
      { id: 'auto', title: 'Best that works here' },
      ...BACKENDS_IN_ORDER.map(({ id, title }) => ({ id, title })),
    ],
  }
}
