import type { Examined } from '../../bundle'
import type { Command, Context } from '../context'
import { EXIT } from '../errors'
import { pathOf } from '../paths'
import { METRIC, metricsOf, resultTable } from '../results'
import { count, size } from '../text'

export const verify: Command = {
  name: 'verify',
  usage: '<bundle.zip>',
  summary: 'Check that a bundle is intact, and that its results are those that its own predictions give.',
  arity: [1, 1],
  options: { metric: METRIC },
  async run([file], flags, { out, cwd, examine }) {
    out.status('Reading the bundle')
    const { bundle, agreement, problems, ...checked } = await examine(pathOf('<bundle.zip>', file!, cwd))
    out.status('')
    const intact = problems.length === 0
    const agrees = agreement && agreement.problems.length === 0
    if (bundle && agrees) {
      const { arms, contrasts, covers } = bundle.results
      out.line(out.paint('bold', bundle.info.run.name))
      for (const line of resultTable({ arms, contrasts, covers }, metricsOf(flags, bundle.spec.metric), out.columns))
        out.line(line)
      out.line()
    }
    tell({ bundle, agreement, problems, ...checked }, out)
    const found = { problems, disagreements: agreement?.problems ?? [] }
    const ok = intact && agrees === true
    out.document({ command: 'verify', ok, ...checked, intact, agrees, ...found, run: bundle?.info.run ?? null })
    return ok ? EXIT.ok : EXIT.failed
  },
}

/** The two things that are said of a bundle: whether its files are as they were, and whether its numbers hold. */
function tell({ path, files, bytes, problems, agreement }: Examined, out: Context['out']): void {
  const told = (list: typeof problems) =>
    list.forEach(({ file, problem }) => out.error([file, problem].join(' ').trim()))
  told(problems)
  if (problems.length > 0) out.error(`${path}: not intact, ${count(problems.length, 'problem')}`)
  else out.line(`Intact: ${count(files, 'file')}, ${size(bytes)}, every checksum holds.`)
  if (!agreement) return
  told(agreement.problems)
  if (agreement.problems.length > 0) out.error(`${path}: its results do not agree with its own predictions.`)
  else {
    const { arms, seeds, curves } = agreement
    out.line(
      `Agrees: its results are those that its own predictions give (${count(arms, 'arm')}, ${count(seeds, 'seed')}).`,
    )
    out.line(
      `So are accuracy and agreement in its curves (${count(curves, 'number')}); losses cannot be computed again.`,
    )
  }
}
