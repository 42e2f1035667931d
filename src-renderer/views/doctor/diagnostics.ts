import { bytes, number } from '../../lib/format'
import type { BackendReport, DoctorReport } from '../../lib/types'

/** The report as plain text to paste elsewhere. The user's home folder is not in it. */
export function diagnosticsText(report: DoctorReport): string {
  const machine = [
    `Weak-to-Strong Lab ${report.app}`,
    `Electron ${report.electron}${report.fallbackRuntime ? ' (fallback runtime)' : ''}, Node ${report.node}`,
    `${report.platform}, ${report.cpu}, ${report.threads} threads, ${bytes(report.memoryBytes)} memory`,
    `chosen: ${report.chosen ? `${report.chosen.id} (${report.chosen.reason})` : 'none'}`,
  ]
  return [...machine, ...report.backends.map(backendLine)].join('\n')
}

function backendLine(backend: BackendReport): string {
  const facts = backend.loadable
    ? [backend.version, backend.device, backend.selfTest ? selfTestText(backend.selfTest) : 'self-test not run']
    : [`not loadable: ${backend.why}`]
  return `${backend.id}: ${facts.filter(Boolean).join(', ')}`
}

/** `passed, worst error 3.1e−7 of 1e−4 allowed, 412 steps/s`. */
export function selfTestText(test: NonNullable<BackendReport['selfTest']>): string {
  return `self-test ${test.passed ? 'passed' : 'FAILED'}, worst error ${number(test.worstError)} of ${number(test.tolerance)} allowed, ${number(test.stepsPerSecond)} steps/s`
}
