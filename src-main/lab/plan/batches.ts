import type { BatchMix } from '../../../src-preload/contract'
import type { TrainConfig } from '../../science/stages'
import type { Store } from '../../store'
import { LabError } from '../errors'
import type { Shelf } from '../home/shelf'
import type { Analyst } from '../results/analyst'
import { dataFolder, seedSource } from '../results/inputs'
import { likeArms, pastArms } from './past'
import type { Planner } from './planner'

/** What a method of a spec makes of a batch that this store has been trained on. */
export type MixBatch = (query: { spec: unknown; method: number; progress: number }) => Promise<BatchMix>

interface Sources {
  store: Store
  shelf: Shelf
  analyst: Analyst
  planner: Pick<Planner, 'planned'>
}

/** By the finished arm that is likest to the first that the spec plans of the method; none of its numbers is made up. */
export const createBatches =
  ({ store, shelf, analyst, planner }: Sources): MixBatch =>
  async ({ spec: asked, method: index, progress }) => {
    const { spec, plan } = await planner.planned(asked)
    const method = 'methods' in spec ? spec.methods[index] : undefined
    if (!method) throw new LabError('not-found', `The experiment has no method ${index + 1}.`)
    const planned = plan.arms.filter((arm) => JSON.stringify(arm.method) === JSON.stringify(method))
    const past = pastArms(store, new Set(planned.map(({ task }) => task)), 1)
    for (const arm of planned) {
      for (const { run, name, arm: like, alike } of likeArms(arm, past)) {
        const seed = like.seeds.find((one) => seedSource(store, shelf, one))
        const row = seed && store.stages.byKey(seed.student)
        if (!seed || !row) continue
        const config = JSON.parse(row.config) as TrainConfig
        const [labels, student] = [shelf.folder(seed.labels), shelf.folder(seed.student)]
        const question = { data: dataFolder(store, shelf, seed), labels, student, config, method, progress }
        const found = await analyst.ask({ type: 'batch', ...question })
        return { found: true, runId: run.id, run: name, arm: like.title, seed: seed.seed, alike, ...found }
      }
    }
    return { found: false }
  }
