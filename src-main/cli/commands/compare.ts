import type { Arm, Comparison, MetricInfo } from '../../../src-preload/contract'
import type { Lab } from '../../lab/options'
import { METRICS } from '../../science/metrics'
import { show } from '../../science/spec/problems'
import type { Command } from '../context'
import { badArgument, EXIT } from '../errors'
import { METRIC, metricsOf, pgrCell, signed, STOP, stopOf } from '../results'
import { columns, decimal, wrap } from '../text'
import { findRunBy, openRuns } from './find'

export const compare: Command = {
  name: 'compare',
  usage: '<run> <arm> <arm>',
  summary: 'What the first arm has over the second, paired, and which examples it corrects, copies and breaks.',
  arity: [3, 3],
  options: {
    metric: METRIC,
    with: { type: 'string', value: 'run', help: 'The run of the second arm (default: the same).' },
    stop: STOP,
  },
  async run([first, one, other], flags, context) {
    const { out } = context
    const lab = await openRuns(context)
    try {
      const run = await runBy(lab, first!)
      const second = typeof flags.with === 'string' ? await runBy(lab, flags.with) : run
      const [arm, against] = [armBy(run.arms, one!, 1), armBy(second.arms, other!, 2)]
      const asked = { runId: run.id, armId: arm.id }
      const stop = stopOf(flags, run.spec?.stop ?? 'last')
      const comparison = await lab.calls.compare({ arm: asked, against: { runId: second.id, armId: against.id }, stop })
      const metrics = metricsOf(flags, run.spec?.metric ?? METRICS['accuracy']!.id)
      for (const line of comparisonLines(comparison, metrics, out.columns)) out.line(line)
      for (const line of wrap(comparison.looks?.text ?? '', out.columns)) out.line(line)
      out.document({ command: 'compare', ok: true, comparison })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

const runBy = async (lab: Lab, text: string) => lab.calls.runDetail((await findRunBy(lab, text)).id)

/** The arm that an argument means: its id or the start of it, its title, or its method where one arm alone has that. */
function armBy(arms: readonly Arm[], text: string, place: number): Arm {
  const ways: ((arm: Arm) => boolean)[] = [
    ({ id }) => id === text,
    ({ title }) => title === text,
    ({ methodTitle }) => methodTitle === text,
    ({ method }) => method.method === text,
    ({ id }) => text !== '' && id.startsWith(text),
  ]
  for (const way of ways) {
    const found = arms.filter(way)
    if (found.length === 1) return found[0]!
  }
  const named = arms.map(({ id, title }) => `${id} (${title})`).join(', ')
  throw badArgument(
    `<arm> ${place}`,
    `an arm of the run by id, title or, where one alone has it, method: ${named}`,
    show(text),
  )
}

/** A comparison for people: both arms and their difference in every metric that is asked for, then the ledger by seed. */
export function comparisonLines(comparison: Comparison, metrics: readonly MetricInfo[], width: number): string[] {
  const { arm, against, measures, ledger, covers, examples, groups } = comparison
  const notes: string[] = []
  const note = (text: string) => {
    if (!notes.includes(text)) notes.push(text)
    return `[${notes.indexOf(text) + 1}]`
  }
  const tables = metrics.flatMap(({ id, short }) => {
    const told = measures[id]
    if (!told) return [`No ${short} is told of both.`]
    const side = (title: string, { student, pgr }: (typeof told)['of']['arm']) => {
      return [
        title,
        `${decimal(student.value)} (${decimal(student.low)} to ${decimal(student.high)})`,
        pgrCell(pgr, note),
      ]
    }
    const difference = ['difference, paired', signed(told.student, 3), told.pgr ? signed(told.pgr, 2) : '-']
    const rows = [side(arm.title, told.of.arm), side(against.title, told.of.against), difference]
    return [...columns([['arm', short, 'PGR'], ...rows], { right: [1, 2] }), '']
  })
  const rows = ledger.map(({ seed, corrected, broken, moves, p }) => [
    String(seed),
    ...[corrected, broken, moves['right-copied'], moves['right-right']].map((n) => n.toLocaleString('en')),
    (examples - corrected - broken - moves['right-right']).toLocaleString('en'),
    (moves['copied-copied'] + moves['own-copied']).toLocaleString('en'),
    p < 0.001 ? '<0.001' : decimal(p),
  ])
  const head = [
    'seed',
    'corrected',
    'newly broken',
    'of these copied',
    'both right',
    'both wrong',
    'of these copied',
    'McNemar p',
  ]
  const grouped =
    groups < examples ? ` and these come in ${groups.toLocaleString('en')} groups: go by the interval,` : ''
  const reading = `McNemar’s exact test takes examples as independent${grouped || ','} and is of one seed at a time.`
  const marked = notes.map((text, i) => `[${i + 1}] ${text}`)
  const texts = [leftOut(comparison), `${covers} ${reading}`, ...marked].filter(Boolean)
  return [
    ...tables,
    ...columns([head, ...rows], { right: [1, 2, 3, 4, 5, 6, 7] }),
    '',
    ...texts.flatMap((text) => wrap(text, width)),
  ]
}

function leftOut({ only }: Comparison): string {
  const parts = (['arm', 'against'] as const).flatMap((side) =>
    only[side].length > 0 ? [`${only[side].join(', ')} of the ${side === 'arm' ? 'first' : 'second'}`] : [],
  )
  return parts.length > 0 ? `Left out, since the other arm has not done them: seeds ${parts.join('; ')}.` : ''
}
