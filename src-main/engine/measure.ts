import { rm } from 'node:fs/promises'
import { artifactFolder } from './artifacts'
import type { Backend } from './backends/learner'
import type { EngineEvent, Job, Message, StageMeasured } from './protocol'
import { createRunner } from './runner'
import { skimming, type Skimmed } from './skim'

/**
 * Tells what stages would take: each goes its whole way, with a few of its steps and predictions computed and timed (see
 * `skimming`), and leaves an artifact without worth for those that need it. Their store is to be thrown away.
 * @param jobs each after those that it needs
 * @param limitMs after which a stage is given up
 */
export async function measureStages(
  jobs: readonly Job[],
  limitMs: number,
  load: (id: string) => Promise<Backend>,
  post: (message: Message) => void,
): Promise<StageMeasured[]> {
  const measured: StageMeasured[] = []
  const lost = new Set<string>()
  for (const [done, job] of jobs.entries()) {
    const { stage } = job
    post({ type: 'progress', phase: stage.title, done, total: jobs.length })
    const lacks = Object.values(stage.needs).some((key) => lost.has(key))
    const one = lacks ? failed('What it needs could not be measured.') : await measureWarm(job, limitMs, load)
    if (one.seconds === null) lost.add(stage.key)
    measured.push({ key: stage.key, ...one })
  }
  return measured
}

const failed = (why: string) => ({ seconds: null, memoryBytes: 0, processBytes: 0, why })

/**
 * What takes less is done twice, and the shorter time counts: JavaScript's compiler is at work in the first, and whatever else
 * the machine does now and then makes either longer, neither shorter.
 */
const SHORT_SECONDS = 3

async function measureWarm(job: Job, limitMs: number, load: (id: string) => Promise<Backend>) {
  const began = performance.now()
  const first = await measureStage(job, limitMs, load)
  if (first.seconds === null || performance.now() - began > 1000 * SHORT_SECONDS) return first
  await rm(artifactFolder(job.artifacts, job.stage.key), { recursive: true, force: true })
  const second = await measureStage(job, limitMs, load)
  return second.seconds === null ? second : { ...second, seconds: Math.min(first.seconds, second.seconds) }
}

async function measureStage(
  job: Job,
  limitMs: number,
  load: (id: string) => Promise<Backend>,
): Promise<Omit<StageMeasured, 'key'>> {
  let skimmed: Skimmed | null = null
  let end: EngineEvent | null = null
  let [began, took] = [0, 0]
  const hear = (event: EngineEvent) => {
    if (event.type !== 'state') return
    if (event.state === 'running') began = performance.now()
    else took = performance.now() - began
    end = event
  }
  const runner = createRunner(hear, async (id) => {
    const skim = skimming(await load(id))
    skimmed = skim.skimmed
    return skim.backend
  })
  const timer = setTimeout(() => runner.cancel(job.stage.key), limitMs)
  await runner.run(job)
  clearTimeout(timer)
  return toldOf(end, took, skimmed, limitMs)
}

function toldOf(end: EngineEvent | null, took: number, skimmed: Skimmed | null, limitMs: number) {
  if (end?.type === 'state' && end.state === 'failed') return failed(end.error)
  if (end?.type !== 'state' || end.state !== 'done') return failed(`It took longer than ${limitMs / 1000} s.`)
  // What it does beside its learner is done whole.
  const ms = took + (skimmed ? skimmed.foretoldMs() - skimmed.spentMs() : 0)
  const processBytes = process.resourceUsage().maxRSS * 1024
  return { seconds: ms / 1000, memoryBytes: skimmed?.memoryBytes() ?? 0, processBytes, why: '' }
}
