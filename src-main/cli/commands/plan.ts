import type { Preview, RoomNow, Trial } from '../../../src-preload/contract'
import { badInput } from '../../lab/errors'
import { AT_ONCE, lanesOf, missingCardsText, ON_CARDS } from '../at-once'
import type { Lab } from '../../lab/options'
import type { Command, Context } from '../context'
import { EXIT } from '../errors'
import { interrupted, onInterrupt } from '../interrupt'
import { readSpec, SPEC_USAGE } from './spec'
import { columns, count, duration, energy, size, wrap } from '../text'

export const plan: Command = {
  name: 'plan',
  usage: SPEC_USAGE,
  summary: 'What a run would do and take, against what is free now. Nothing is run.',
  arity: [1, 1],
  options: {
    'at-once': AT_ONCE,
    'on-cards': ON_CARDS,
    measure: {
      type: 'boolean',
      help: 'Compute a few steps of what was never done here, and go by the time they take.',
    },
  },
  async run([what], flags, context) {
    const { out, openLab } = context
    const lab = await openLab({ readOnly: true, ...lanesOf(flags) })
    try {
      const spec = await readSpec(lab, what!, context)
      const trials = flags.measure === true ? await measured(lab, spec, context) : []
      if (!trials) return interrupted('plan', out)
      const preview = await lab.calls.preview(spec)
      if (!preview.valid) throw badInput(preview.problems)
      const room = await lab.calls.room()
      if (flags.measure && trials.length === 0)
        out.line('Nothing was measured: the like of all that is to be done was done here before.')
      tellTrials(trials, out)
      const warnings = [...preview.warnings, missingCardsText(flags, (await lab.calls.status()).cards)].filter(Boolean)
      describe({ ...preview, warnings }, room, out)
      const { seconds, bytes, needs, together, wattHours } = preview
      const rough = preview.stages.some((stage) => stage.rough)
      const told = { stages: preview.stages, seconds, rough, wattHours, bytes, needs, together, room, trials, warnings }
      out.document({ command: 'plan', ok: true, ...told })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

/** What stages take whose like was never done here; null when it was interrupted. */
async function measured({ calls }: Lab, spec: unknown, { out, killEngines }: Context): Promise<Trial[] | null> {
  const release = onInterrupt(() => void calls.measureStop(), killEngines)
  out.status('Measuring what was never done here…')
  try {
    return await calls.measure(spec)
  } finally {
    release()
    out.status('')
  }
}

function tellTrials(trials: readonly Trial[], out: Context['out']) {
  if (trials.length === 0) return
  const rows = trials.map(({ title, seconds, memoryBytes, why }) => [
    title,
    seconds === null ? 'not measured' : duration(seconds),
    memoryBytes > 0 ? size(memoryBytes) : '',
    why,
  ])
  const head = ['measured', 'time', 'learner holds', '']
  for (const line of columns([head, ...rows], { right: [1, 2] })) out.line(line)
  out.line()
}

type Valid = Extract<Preview, { valid: true }>

function describe(preview: Valid, room: RoomNow, out: Context['out']) {
  const { stages, seconds, bytes, needs, together, wattHours, warnings } = preview
  const waiting = stages.filter(({ cached }) => !cached)
  out.line(`${count(stages.length, 'stage')}: ${stages.length - waiting.length} already done, ${waiting.length} to do.`)
  const rough = waiting.some((stage) => stage.rough) ? 'roughly' : 'about'
  if (waiting.length > 0) out.line(seconds === null ? 'Time: not known yet.' : `Time: ${rough} ${duration(seconds)}.`)
  if (wattHours !== null) out.line(`Energy of the GPU: about ${energy(wattHours)}.`)
  out.line(`Disk: ${size(bytes)}, and ${size(room.diskFreeBytes)} are free.`)
  if (needs.length > 0) {
    out.line()
    const rows = tableOf(needs)
    // All are numbers but the first and the last.
    const right = rows[0]!.slice(1, -1).map((_, i) => i + 1)
    for (const line of columns(rows, { right })) out.line(line)
    out.line()
    for (const line of wrap(roomText(together, room), out.columns)) out.line(line)
  }
  for (const warning of warnings) out.line(out.paint('yellow', warning))
}

const ITEMS = ['weights', 'gradients', 'moments', 'activations', 'workspace'] as const

const tableOf = (needs: Valid['needs']): string[][] => [
  ['memory of', ...ITEMS, 'measured', 'inputs', 'all else', 'total', ''],
  ...needs.map((need) => [
    need.heading,
    ...ITEMS.map((item) => size(need[item])),
    need.measured === null ? '' : size(need.measured),
    ...[size(need.inputs), size(need.process), size(need.total)],
    need.seen ? 'as seen here' : need.measured === null ? 'by sizes' : 'as measured',
  ]),
]

/** What the largest stages take that run at a time, against what there is. */
function roomText(together: Valid['together'], now: RoomNow): string {
  const { of, device, freeBytes, availableBytes, reserveBytes, others, why } = now
  const where = of === 'gpu' ? device || 'the GPU' : 'this machine'
  if (availableBytes === null || freeBytes === null) return `What ${where} has free is not known. ${why}`
  const has = `${where} has ${size(freeBytes)} free, of which ${size(reserveBytes)} are left alone`
  const who = others.slice(0, 3).map(({ name, bytes }) => (bytes === null ? name : `${name} (${size(bytes)})`))
  const beside = who.length > 0 ? ` Computing there: ${who.join(', ')}.` : ''
  const { stages, bytes } = together
  const fits = bytes <= availableBytes ? 'It fits now' : 'It does not fit now'
  const most = stages > 1 ? ` of the ${stages} largest stages, which may run at a time` : ''
  return `${fits}: ${size(bytes)} at most${most}, and ${has}.${beside}${why && ` ${why}`}`
}
