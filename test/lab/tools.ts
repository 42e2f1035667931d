import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { LabEvent, RunDetail } from '../../src-preload/contract'
import { createLab, type Lab, type LabOptions } from '../../src-main/lab'
import { temporaryFolder } from '../store/temporary'
import { RESOURCES } from './built'

/** A lab over real files; closed with the test. Without an engine none may be asked for. */
export async function openLab(options: Partial<LabOptions>): Promise<Lab> {
  const lab = await createLab({
    home: options.home ?? temporaryFolder(),
    resources: RESOURCES,
    cache: join(RESOURCES, 'no-cache'),
    backend: 'wasm',
    appVersion: '0.0.0-test',
    spawnEngine: () => {
      throw new Error('This test starts no engine.')
    },
    ...options,
  })
  onTestFinished(() => lab.close())
  return lab
}

const words = { model: 'words', words: 20 }
const quick = { epochs: 1, batch: 10 }

/** An experiment of a second: 6 stages of 20 to 40 examples. */
export function tinySpec(changes: Record<string, unknown> = {}) {
  return {
    version: 1,
    name: 'Tiny',
    tasks: ['person-artifact'],
    weak: [words],
    strong: [{ ...words, words: 60 }],
    methods: [{ method: 'naive' }],
    sizes: { weak: 40, transfer: 40, validation: 20, test: 20 },
    optimiser: { weak: quick, strong: quick },
    evaluations: 3,
    seeds: [0],
    ...changes,
  }
}

/** The same with students and ceilings that train for a long time: something to stop in the middle. */
export function longSpec(changes: Record<string, unknown> = {}) {
  return tinySpec({ name: 'Long', optimiser: { weak: quick, strong: { epochs: 1000, batch: 2 } }, ...changes })
}

/** Resolves with the first batch in which `wanted` holds for an event. */
export function event(lab: Lab, wanted: (event: LabEvent) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = lab.subscribe((events) => {
      if (!events.some(wanted)) return
      stop()
      resolve()
    })
  })
}

/** The run when it is neither queued nor running any more. */
export async function ended(lab: Lab, runId: string): Promise<RunDetail> {
  for (;;) {
    const change = event(lab, (e) => e.type === 'run' && e.id === runId)
    const run = await lab.calls.runDetail(runId)
    if (run.state !== 'queued' && run.state !== 'running') return run
    await change
  }
}

/** Key of the stage with this role; the run must have exactly one. */
export function keyOf(run: RunDetail, role: 'weak' | 'student' | 'ceiling'): string {
  const found = run.stages.filter((stage) => stage.role === role)
  expect(found).toHaveLength(1)
  return found[0]!.key
}

/** Resolves when the stage is in the middle of its training. */
export function training(lab: Lab, key: string): Promise<void> {
  return event(lab, (e) => e.type === 'metric' && e.key === key && e.step > 0)
}

/** State of every stage by its title. */
export function states(run: RunDetail): Record<string, string> {
  return Object.fromEntries(run.stages.map((stage) => [stage.title, stage.state]))
}
