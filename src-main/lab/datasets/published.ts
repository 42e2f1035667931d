import { join } from 'node:path'
import { fetchDataset } from '../../data/datasets'
import type { FetchedDataset } from '../../data/datasets/types'
import { hubAt } from '../../data/models/hub-client'
import { TEMPLATES, templateInfos, type TemplateInfo } from '../../data/templates'
import { oneOf, show } from '../../science/spec/problems'
import type { Bus } from '../bus'
import { badInput, LabError } from '../errors'

/** Published datasets that a template makes a task of; nobody outside is asked until one is fetched. */
export interface Published {
  list(): TemplateInfo[]
  /** Fetches the dataset of a template into `<home>/fetched`; null when that was stopped: the next one goes on from there. */
  fetch(template: string): Promise<FetchedDataset | null>
  /** Stops the fetch that is under way. */
  stop(): null
}

export function createPublished(home: string, bus: Bus): Published {
  let current: AbortController | null = null
  return {
    list: templateInfos,
    async fetch(id) {
      const template = Object.hasOwn(TEMPLATES, id) ? TEMPLATES[id] : undefined
      if (!template)
        throw badInput([{ path: '<template>', expected: oneOf(Object.keys(TEMPLATES), id), got: show(id) }])
      if (current) throw new LabError('conflict', 'A dataset is being fetched. Stop that first, or wait for it.')
      const { signal } = (current = new AbortController())
      const onProgress = (progress: { phase: string; done: number; total: number }) =>
        bus.publish([{ type: 'dataset', path: template.hub, ...progress }])
      try {
        return await fetchDataset(template, join(home, 'fetched'), { hub: hubAt(), onProgress, signal })
      } catch (error) {
        if (signal.aborted) return null
        throw error
      } finally {
        current = null
      }
    },
    stop() {
      current?.abort()
      return null
    },
  }
}
