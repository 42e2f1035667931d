import { resolve } from 'node:path'
import { readBundle, verifyBundle } from '../../bundle'
import type { Command } from '../context'
import { EXIT } from '../errors'
import { resultTable } from '../results'
import { count, size } from '../text'

export const verify: Command = {
  name: 'verify',
  usage: '<bundle.zip>',
  summary: 'Check every checksum of a bundle and show the results inside.',
  arity: [1, 1],
  options: {},
  async run([file], _flags, { out, cwd }) {
    const path = resolve(cwd, file!)
    const { problems, ...checked } = await verifyBundle(path)
    if (problems.length > 0) {
      for (const { file, problem } of problems) out.error(`${file} ${problem}`)
      out.error(`${path}: ${count(problems.length, 'problem')}`)
      out.document({ command: 'verify', ok: false, ...checked, problems, run: null })
      return EXIT.failed
    }
    const { info, results } = await readBundle(path)
    out.line(out.paint('bold', info.run.name))
    for (const line of resultTable(results, out.columns)) out.line(line)
    out.line()
    out.line(`${count(checked.files, 'file')}, ${size(checked.bytes)}: every checksum holds.`)
    out.document({ command: 'verify', ok: true, ...checked, problems, run: info.run })
    return EXIT.ok
  },
}
