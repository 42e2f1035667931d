import type { TaskVariant } from './task'

/** Which texts leave this machine with a bundle: said in these words wherever bundles are. */
export function textsInBundles(tasks: readonly Pick<TaskVariant, 'id' | 'sharable'>[]): string {
  const carried = tasks.flatMap(({ id, sharable }) => (sharable ? [id] : []))
  const named = [carried.slice(0, -1).join(', '), ...carried.slice(-1)].join(' and ')
  return `A bundle carries the texts of ${named}, whose licences let anyone hand them on; of other tasks, and of your own data, it carries the sha256 of each text alone.`
}
