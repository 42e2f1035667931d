import type { CheckReport } from '../../lab/check'
import type { Command, Context } from '../context'
import { EXIT } from '../errors'
import { count, percent } from '../text'
import { openRuns } from './find'

export const check: Command = {
  name: 'check',
  usage: '',
  summary: 'Read everything in the data folder and tell what is not as it was written.',
  arity: [0, 0],
  options: {
    repair: { type: 'boolean', help: 'Set damaged artifacts aside; the next run that wants them makes them again.' },
  },
  async run(_args, flags, context) {
    const { out, openLab } = context
    const repair = flags.repair === true
    const lab = repair ? await openLab() : await openRuns(context)
    try {
      const onProgress = (done: number, total: number) => out.status(`Reading artifacts · ${percent(done / total)}`)
      const report = await lab.check({ repair, onProgress })
      out.status('')
      describe(report, out)
      const ok = isSound(report)
      out.document({ command: 'check', ok, repaired: repair, ...report })
      return ok ? EXIT.ok : EXIT.failed
    } finally {
      await lab.close()
    }
  },
}

/** Nothing is wrong, or what was is set aside. */
function isSound({ store, stages, damaged, datasets }: CheckReport): boolean {
  return [store, stages, datasets, damaged.filter((one) => !one.repaired)].every((list) => list.length === 0)
}

function describe(
  { store, stages, artifacts, damaged, strays, datasets, aside }: CheckReport,
  out: Context['out'],
): void {
  const tell = (text: string) => out.line(out.paint('red', text))
  for (const problem of store) tell(`store: ${problem}`)
  for (const { key, title } of stages) tell(`store: "${title}" is not what its key ${key} says`)
  for (const { title, problem, repaired, movedTo } of damaged) {
    tell(`"${title}": ${problem}`)
    if (repaired) out.line(movedTo ? `  set aside in ${movedTo}; to be made again` : '  to be made again')
  }
  for (const { id, problem } of datasets) tell(`dataset ${id}: ${problem}`)
  if (strays.length > 0) out.line(`${count(strays.length, 'folder')} among the artifacts that no stage knows.`)
  if (aside.length > 0) out.line(`${count(aside.length, 'folder')} set aside, safe to delete: ${aside.join(', ')}`)
  const left = damaged.filter((one) => !one.repaired)
  if (left.some(({ origin }) => origin === 'own')) out.line('To set damaged artifacts aside: w2s check --repair')
  if (left.some(({ origin }) => origin === 'bundled')) out.line('What came with the application: install it anew.')
  const sound = artifacts - damaged.length
  out.line(`${count(sound, 'artifact')} of ${artifacts.toLocaleString('en')} are as they were made.`)
}
