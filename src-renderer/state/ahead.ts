import type { Catalog } from '../lib/types'
import { answers } from './answers'
import { basesOf, type Builder } from './builder.svelte'

/**
 * Takes up the draft and asks for what the Builder shows of it, so that it stands at once when one goes there. A task of
 * one's own may have half a million rows: it is cut when it is looked at, as is what could not be told.
 */
export async function lookAhead(builder: Builder, catalog: Catalog): Promise<void> {
  builder.begin(basesOf(catalog))
  await builder.recheck()
  const spec = builder.preview?.valid ? builder.preview.spec : null
  const task = catalog.tasks.find(({ id }) => id === spec?.tasks[0])
  if (!spec || task?.origin !== 'bundled') return
  await Promise.allSettled([answers.ask('outlook', [spec]), answers.ask('taskShown', [{ spec, task: task.id }])])
}
