import { duration } from '../../lib/format'
import type { StageStatus } from '../../lib/types'
import type { LogLine } from '../../state/live'

/** What happened in a run, newest first: beginnings and ends of its stages, and what they logged. */
export function eventsOf(stages: readonly StageStatus[], log: readonly LogLine[]): LogLine[] {
  const keys = new Set(stages.map((stage) => stage.key))
  const own = stages.flatMap((stage) => (stage.cached ? [] : [...begun(stage), ...ended(stage)]))
  const lines = [...own, ...log.filter((line) => keys.has(line.key))]
  return lines
    .map((line, i) => ({ line, i }))
    .sort((a, b) => b.line.at - a.line.at || b.i - a.i)
    .map(({ line }) => line)
}

function begun({ key, title, startedAt, backend, device, reason }: StageStatus): LogLine[] {
  if (startedAt === null) return []
  const where = backend ? ` on ${backend}, ${device}${reason ? `: ${reason}` : ''}` : ''
  return [{ key, at: startedAt, level: 'info', text: `${title} begins${where}` }]
}

function ended({ key, title, state, seconds, endedAt, error }: StageStatus): LogLine[] {
  if (seconds === null || endedAt === null || state === 'running') return []
  const level = state === 'failed' ? 'error' : state === 'done' ? 'info' : 'warn'
  // How an earlier attempt ended is not kept once the stage waits for another.
  const how = state === 'waiting' ? 'stopped, to go on later' : state
  const why = error ? `: ${error.split('\n', 1)[0]}` : ''
  return [{ key, at: endedAt, level, text: `${title} ${how}, ${duration(seconds)}${why}` }]
}
