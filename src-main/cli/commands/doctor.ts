import type { BackendReport, DoctorReport, LabEvent } from '../../../src-preload/contract'
import type { Lab } from '../../lab/options'
import { cardTitle, type CardRead } from '../../science/readings'
import { oneOf, show } from '../../science/spec/problems'
import type { Command, Context, Flags } from '../context'
import { badArgument, EXIT } from '../errors'
import { interrupted, onInterrupt } from '../interrupt'
import { percent, size } from '../text'

type Out = Context['out']
type CardWatch = NonNullable<NonNullable<BackendReport['card']>['watch']>
const INSTALLABLE = ['tensorflow'] as const

export const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'What this machine can compute with: every backend tried, with version, device and self-test.',
  arity: [0, 0],
  options: {
    install: { type: 'string', value: INSTALLABLE.join(' | '), help: 'Fetch and build a backend (resumable).' },
    gpu: { type: 'boolean', help: 'With --install: the build for NVIDIA GPUs.' },
    remove: { type: 'boolean', help: 'Undo --install.' },
  },
  async run(_args, flags, context) {
    checkFlags(flags)
    const { out, openLab } = context
    const lab = await openLab({ readOnly: true })
    try {
      if (flags.install) await install(lab, Boolean(flags.gpu), context)
      const freedBytes = flags.remove ? (await lab.calls.uninstall('tensorflow')).freedBytes : null
      if (freedBytes !== null) out.line(`Removed; ${size(freedBytes)} are free again.`)
      out.status('Trying every backend')
      const report = await lab.calls.doctor()
      describe(report, out)
      out.document({ command: 'doctor', ok: report.chosen !== null, report, freedBytes })
      return report.chosen ? EXIT.ok : EXIT.failed
    } finally {
      await lab.close()
    }
  },
}

function checkFlags({ install, remove, gpu }: Flags): void {
  if (install !== undefined && !INSTALLABLE.some((id) => id === install)) {
    throw badArgument('--install', oneOf(INSTALLABLE, install), show(install))
  }
  if (install !== undefined && remove) throw badArgument('--remove', 'either --install or --remove', 'both')
  if (gpu && install === undefined) throw badArgument('--gpu', 'to go with --install', 'no --install')
}

/** What is interrupted goes on where it stopped, when it is asked for again. */
async function install(lab: Lab, gpu: boolean, { out, killEngines }: Context): Promise<void> {
  const leave = () => {
    killEngines()
    out.line('Stopped. The same command goes on from here.')
    process.exit(interrupted('doctor', out))
  }
  const release = onInterrupt(leave, leave)
  const hear = showProgress(out)
  const unsubscribe = lab.subscribe((events) => events.forEach(hear))
  try {
    await lab.calls.install({ backend: 'tensorflow', gpu })
  } finally {
    unsubscribe()
    release()
  }
}

/** One line a phase (the first one says the sizes); on a terminal its share is redrawn below the phases before. */
function showProgress(out: Out): (event: LabEvent) => void {
  let phase = ''
  return (event) => {
    if (event.type !== 'install' || event.finished) return
    const isNew = event.phase !== phase
    if (isNew && (!out.live || phase !== '')) out.line(out.live ? phase : event.phase)
    phase = event.phase
    out.status(event.total > 0 ? `${phase} ${percent(event.done / event.total)}` : phase)
  }
}

function describe(report: DoctorReport, out: Out): void {
  const { app, node, electron, platform, cpu, threads, memoryBytes, home, backends, chosen } = report
  out.line(`Weak-to-Strong Lab ${app} on Node ${node}${electron ? `, Electron ${electron}` : ''}, ${platform}`)
  out.line(`${cpu}, ${threads} threads, ${size(memoryBytes)} memory`)
  out.line(`Data folder: ${home}`)
  for (const backend of backends) describeBackend(backend, out)
  out.line()
  out.line(chosen ? `Runs use ${chosen.id}: ${chosen.reason}` : out.paint('red', 'No backend works here.'))
}

const whole = (x: number) => Math.round(x).toLocaleString('en')

/** What was measured. */
const speedsOf = ({ stepsPerSecond, tokensPerSecond }: NonNullable<BackendReport['selfTest']>): string[] => [
  ...(stepsPerSecond > 0 ? [`trains a small net at ${whole(stepsPerSecond)} steps/s`] : []),
  ...(tokensPerSecond > 0 ? [`a transformer at ${whole(tokensPerSecond)} tokens/s`] : []),
]

/** What is around a card: for people. */
export function describeCard(card: NonNullable<BackendReport['card']>, out: Pick<Out, 'line'>) {
  const { driver, cuda, runtime, devices, products, files, table, watch } = card
  out.line(`  driver: ${cuda ? `${driver} (CUDA ${cuda})`.trim() : 'none'}; the library was made with CUDA ${runtime}`)
  const several = devices.length > 1
  for (const [i, { uuid, name, compute, memory, free, why }] of devices.entries()) {
    const which = several ? `card ${i + 1}: ${cardTitle({ name, uuid })}` : `card: ${name}`
    out.line(`  ${which}, compute ${compute}, ${size(free)} of ${size(memory)} free`)
    if (why && several) out.line(`    not used: ${why}`)
  }
  if (watch) describeWatch(watch, several, out)
  if (products) {
    const { version, choices, why } = products
    out.line(
      `  products: ${choices ? `cuBLASLt ${version} where it is faster, choices ${choices}` : `own kernels alone: ${why}`}`,
    )
  }
  if (table) {
    const { weights, mirrors, gradients, moments, activations, free, other } = table
    const held = Object.entries({ weights, mirrors, gradients, moments, activations, free, other })
    // Of several the first that works is the one that was measured.
    const whose = several ? `memory of card ${devices.findIndex(({ why }) => why === '') + 1}` : 'its memory'
    out.line(`  ${whose}: ${held.map(([of, bytes]) => `${of} ${size(bytes)}`).join(', ')}`)
  }
  for (const file of files) out.line(`  opened: ${file}`)
}

function describeWatch({ by, why, troubles, programs }: CardWatch, several: boolean, { line }: Pick<Out, 'line'>) {
  const of = (card: CardRead) => (several ? `${cardTitle(card)}: ` : '')
  line(`  watched by: ${by ?? 'nothing'}${why && ` (${why})`}`)
  for (const { card, text } of troubles) line(`  ${of(card)}${text}`)
  for (const { card, name, bytes } of programs)
    line(`  ${of(card)}${name} computes there${bytes === null ? '' : `, ${size(bytes)}`}`)
}

/** What is told of a backend, for people. */
export function describeBackend(backend: BackendReport, out: Pick<Out, 'line' | 'paint'>): void {
  const { title, loadable, version, device, why, selfTest, installBytes, installed } = backend
  out.line()
  out.line(out.paint('bold', `${title} (${backend.id})`))
  if (!loadable) out.line(`  does not work: ${why}`)
  else out.line(`  loads: ${version} on ${device}`)
  if (selfTest) {
    const verdict = selfTest.passed ? out.paint('green', 'passed') : out.paint('red', 'FAILED')
    const { worstError, tolerance, fault } = selfTest
    const error = fault || `worst error ${worstError.toExponential(1)}, allowed ${tolerance.toExponential(0)}`
    out.line(`  self-test ${verdict}: ${[error, ...speedsOf(selfTest)].join(', ')}`)
  }
  if (backend.card) describeCard(backend.card, out)
  if (installBytes && !installed) {
    out.line(
      `  to install: w2s doctor --install ${backend.id} (fetches ${size(installBytes.download)}, keeps ${size(installBytes.disk)})`,
    )
  }
}
