import type { Catalog, TaskInfo } from '../../../src-preload/contract'
import { BACKENDS_IN_ORDER } from '../../engine/backends/kinds'
import { describeCatalog } from '../../science/catalog'

/** Everything that a spec may name. */
export function catalogOf(
  tasks: TaskInfo[],
  presets: Pick<Catalog, 'presets' | 'brokenPresets'>,
  checkpoints: Catalog['checkpoints'],
): Catalog {
  return {
    ...describeCatalog(),
    tasks,
    checkpoints,
    ...presets,
    backends: [
      { id: 'auto', title: 'Best that works here' },
      ...BACKENDS_IN_ORDER.map(({ id, title }) => ({ id, title })),
    ],
  }
}
