import type { Preview, RoomNow } from '../../../src-preload/contract'
import { badInput } from '../../lab/errors'
import type { Command, Context } from '../context'
import { EXIT } from '../errors'
import { readSpec, SPEC_USAGE } from './spec'
import { columns, count, duration, size, wrap } from '../text'

export const plan: Command = {
  name: 'plan',
  usage: SPEC_USAGE,
  summary: 'What a run would do and take, against what is free now. Nothing is run.',
  arity: [1, 1],
  options: {},
  async run([what], _flags, context) {
    const { out, openLab } = context
    const lab = await openLab({ readOnly: true })
    try {
      const preview = await lab.calls.preview(await readSpec(lab, what!, context))
      if (!preview.valid) throw badInput(preview.problems)
      const room = await lab.calls.room()
      describe(preview, room, out)
      const { seconds, bytes, needs, wattHours, warnings } = preview
      const rough = preview.stages.some((stage) => stage.rough)
      const told = { stages: preview.stages, seconds, rough, wattHours, bytes, needs, room, warnings }
      out.document({ command: 'plan', ok: true, ...told })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

type Valid = Extract<Preview, { valid: true }>

function describe({ stages, seconds, bytes, needs, wattHours, warnings }: Valid, room: RoomNow, out: Context['out']) {
  const waiting = stages.filter(({ cached }) => !cached)
  out.line(`${count(stages.length, 'stage')}: ${stages.length - waiting.length} already done, ${waiting.length} to do.`)
  const rough = waiting.some((stage) => stage.rough) ? 'roughly' : 'about'
  if (waiting.length > 0) out.line(seconds === null ? 'Time: not known yet.' : `Time: ${rough} ${duration(seconds)}.`)
  if (wattHours !== null) out.line(`Energy of the GPU: about ${wattHours.toPrecision(2)} Wh.`)
  out.line(`Disk: ${size(bytes)}, and ${size(room.diskFreeBytes)} are free.`)
  if (needs.length > 0) {
    out.line()
    for (const line of columns(tableOf(needs), { right: [1, 2, 3, 4, 5, 6] })) out.line(line)
    out.line()
    for (const line of wrap(roomText(needs[0]!.total, room), out.columns)) out.line(line)
  }
  for (const warning of warnings) out.line(out.paint('yellow', warning))
}

const tableOf = (needs: Valid['needs']): string[][] => [
  ['memory of', 'weights', 'gradients', 'moments', 'activations', 'all else', 'total', ''],
  ...needs.map(({ heading, weights, gradients, moments, activations, process, total, seen }) => [
    heading,
    ...[weights, gradients, moments, activations, process, total].map(size),
    seen ? 'as seen here' : 'by sizes',
  ]),
]

/** What the largest stage takes, against what there is. */
function roomText(most: number, { of, device, freeBytes, availableBytes, reserveBytes, others, why }: RoomNow): string {
  const where = of === 'gpu' ? device || 'the GPU' : 'this machine'
  if (availableBytes === null || freeBytes === null) return `What ${where} has free is not known. ${why}`
  const has = `${where} has ${size(freeBytes)} free, of which ${size(reserveBytes)} are left alone`
  const who = others.slice(0, 3).map(({ name, bytes }) => (bytes === null ? name : `${name} (${size(bytes)})`))
  const beside = who.length > 0 ? ` Computing there: ${who.join(', ')}.` : ''
  const fits = most <= availableBytes ? 'It fits now' : 'It does not fit now'
  return `${fits}: ${size(most)} at most, and ${has}.${beside}`
}
