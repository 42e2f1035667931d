import { stopNamed } from '../../lib/stops'
import type { MetricInfo, RunDetail, Stop } from '../../lib/types'
import { lab } from '../../state/lab.svelte'
import { Resource } from '../../state/resource.svelte'
import { router } from '../../state/router.svelte'

/** The run that a page is of, read anew with every event, and how its address, else its spec, says to read it. */
export class RunOfPage {
  readonly detail = new Resource<RunDetail>()

  constructor(runId: () => string) {
    $effect(() => {
      void lab.tick
      const id = runId()
      void this.detail.ask('runDetail', id)
    })
    $effect(() => router.shows(runId()))
  }

  get stop(): Stop {
    return stopNamed(router.route.query['stop']) ?? this.detail.value?.spec?.stop ?? 'last'
  }

  /** The one of these that is asked for; else the first. */
  metricOf(metrics: readonly MetricInfo[]): MetricInfo | undefined {
    const asked = router.route.query['metric'] ?? this.detail.value?.spec?.metric
    return metrics.find(({ id }) => id === asked) ?? metrics[0]
  }
}
