import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Planner } from '../plan/planner'
import type { Store } from '../../store'
import type { Shelf } from '../home/shelf'
import type { RunDesk } from './desk'

/** The study that came with the app: a real run, all of whose stages are found done, so that every screen has something to show. */
export interface Sample {
  /** Its run in this home, which is added where there is none. */
  open(): Promise<{ runId: string }>
}

interface Deps {
  store: Pick<Store, 'runs'>
  /** For the backend that computed it, whatever there is here. */
  planner: Pick<Planner, 'plan'>
  runs: Pick<RunDesk, 'add'>
  shelf: Pick<Shelf, 'find'>
  resources: string
}

export function createSample({ store, planner, runs, shelf, resources }: Deps): Sample {
  return {
    async open() {
      const planned = await planner.plan(
        JSON.parse(await readFile(join(resources, 'sample', 'spec.json'), 'utf8')) as unknown,
      )
      const spec = JSON.stringify(planned.spec)
      const there = store.runs.all().find((run) => run.spec === spec)
      if (there) return { runId: there.id }
      const keys = planned.plan.stages.map(({ key }) => key)
      return { runId: await runs.add({ ...planned, begunAt: await madeFrom(shelf, keys) }) }
    },
  }
}

/** When the first of the stages was finished; now where none is there. */
async function madeFrom(shelf: Pick<Shelf, 'find'>, keys: readonly string[]): Promise<number> {
  const found = await Promise.all(keys.map((key) => shelf.find(key)))
  return found.reduce((first, one) => Math.min(first, one?.manifest.finishedAt ?? first), Date.now())
}
