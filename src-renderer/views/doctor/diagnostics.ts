import { bytes, count, number } from '../../lib/format'
import type { BackendReport, DoctorReport } from '../../lib/types'

/** The report as plain text to paste elsewhere: no path is in it, and not the name that the user has on this machine. */
export function diagnosticsText(report: DoctorReport): string {
  const machine = [
    `Weak-to-Strong Lab ${report.app}`,
    `Electron ${report.electron}${report.fallbackRuntime ? ' (fallback runtime)' : ''}, Node ${report.node}`,
    `${report.platform}, ${report.cpu}, ${report.threads} threads, ${bytes(report.memoryBytes)} memory`,
    `chosen: ${report.chosen ? `${report.chosen.id} (${report.chosen.reason})` : 'none'}`,
  ]
  return withoutNames([...machine, ...report.backends.flatMap(backendLines)].join('\n'), report.home)
}

/** Of paths the last name is left: folders say who one is and what one works on. */
function withoutNames(text: string, home: string): string {
  const [, user = ''] = /^(?:\/home|\/Users|[A-Z]:\\Users)[/\\]([^/\\]+)/.exec(home) ?? []
  const bare = text.replaceAll(/(?<![\w.~])(?:~|[A-Z]:)?(?:[/\\][^/\\\n"'`,;:()]+)+[/\\]/g, '…/')
  return user === '' ? bare : bare.replaceAll(user, '…')
}

function backendLines(backend: BackendReport): string[] {
  const facts = backend.loadable
    ? [backend.version, backend.device, backend.selfTest ? selfTestText(backend.selfTest) : 'self-test not run']
    : [`does not work: ${backend.why}`]
  const line = `${backend.id}: ${facts.filter(Boolean).join(', ')}`
  return backend.card ? [line, ...cardLines(backend.card)] : [line]
}

function cardLines(card: NonNullable<BackendReport['card']>): string[] {
  const { driver, cuda, runtime, devices, products, files, table, watch } = card
  const parts = Object.entries<number>({ ...table }).map(([name, size]) => `${name} ${bytes(size)}`)
  return [
    `  driver ${cuda ? `${driver} (CUDA ${cuda})` : 'none'}, library made with CUDA ${runtime}`,
    ...devices.map(
      ({ name, compute, memory, free, why }, i) =>
        `  ${devices.length > 1 ? `card ${i + 1}: ` : ''}${name}, compute ${compute}, ${bytes(free)} of ${bytes(memory)} free${why && devices.length > 1 ? `, not used: ${why}` : ''}`,
    ),
    ...(watch ? [`  watched by ${watch.by ?? 'nothing'}${watch.why && `: ${watch.why}`}`] : []),
    ...(watch?.troubles ?? []).map(({ card, text }) => `  ${devices.length > 1 ? `${card.name}: ` : ''}${text}`),
    ...(products ? [`  products: ${productsText(products)}`] : []),
    ...(parts.length > 0 ? [`  memory: ${parts.join(', ')}`] : []),
    ...(files.length > 0 ? [`  opened: ${files.map((file) => file.split('/').at(-1)).join(', ')}`] : []),
  ]
}

/** `cuBLASLt 13.1.0 where it is faster, choices 4f2a91c0`, or that there is none. */
export const productsText = ({
  version,
  choices,
  why,
}: NonNullable<NonNullable<BackendReport['card']>['products']>): string =>
  choices ? `cuBLASLt ${version} where it is faster, choices ${choices}` : `own kernels alone: ${why}`

type SelfTest = NonNullable<BackendReport['selfTest']>

/** How fast each kind of net that was measured is trained: these count different things, and say nothing of each other. */
export const speedsOf = ({ stepsPerSecond, tokensPerSecond }: SelfTest): { of: string; speed: string }[] => [
  ...(stepsPerSecond > 0 ? [{ of: 'small net', speed: `${count(stepsPerSecond)} steps/s` }] : []),
  ...(tokensPerSecond > 0 ? [{ of: 'transformer', speed: `${count(tokensPerSecond)} tokens/s` }] : []),
]

/** `worst error 3.1e−7 of 1e−4 allowed`, or what it did that no size tells. */
export const errorText = ({ fault, worstError, tolerance }: SelfTest): string =>
  fault || `worst error ${number(worstError)} of ${number(tolerance)} allowed`

/** `self-test passed, worst error 3.1e−7 of 1e−4 allowed, trains a small net at 412 steps/s`. */
export function selfTestText(test: SelfTest): string {
  const error = errorText(test)
  const speeds = speedsOf(test).map(({ of, speed }) => `trains a ${of} at ${speed}`)
  return [`self-test ${test.passed ? 'passed' : 'FAILED'}`, error, ...speeds].join(', ')
}
