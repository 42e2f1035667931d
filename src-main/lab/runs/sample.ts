import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Planner } from '../plan/planner'
import type { Store } from '../../store'
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
  resources: string
}

export function createSample({ store, planner, runs, resources }: Deps): Sample {
  return {
    async open() {
      const planned = await planner.plan(
        JSON.parse(await readFile(join(resources, 'sample', 'spec.json'), 'utf8')) as unknown,
      )
      const spec = JSON.stringify(planned.spec)
      const there = store.runs.all().find((run) => run.spec === spec)
      return { runId: there?.id ?? (await runs.add(planned)) }
    },
  }
}
