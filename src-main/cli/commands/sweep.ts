import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Axis, SweepPlan } from '../../../src-preload/contract'
import { writeText } from '../../../src-preload/spec-text'
import { makeFolder } from '../../data/folder'
import { parseArguments } from '../../lab/calls'
import { sweepCells } from '../../science/spec/sweep'
import type { Command, Context, Flags } from '../context'
import { badArgument, byOptions, EXIT } from '../errors'
import { pathOf } from '../paths'
import { columns, count, duration, NOTHING } from '../text'
import { readSpec, SPEC_USAGE } from './spec'

export const sweep: Command = {
  name: 'sweep',
  usage: SPEC_USAGE,
  summary: 'The runs of a sweep over one field of a spec or two: what each adds, and with --to its spec as a file.',
  arity: [1, 1],
  options: {
    over: {
      type: 'string',
      value: 'field=a,b,c',
      help: 'A field and the values that it takes, e.g. optimiser.lr=0.001,0.01.',
    },
    and: {
      type: 'string',
      value: 'field=a,b,c',
      help: 'A second field: every value of the first with every one of it.',
    },
    to: {
      type: 'string',
      value: 'folder',
      help: 'Writes the specs there, for w2s run, if all of them can run; nothing is written over.',
    },
  },
  async run([what], flags, context) {
    const { out } = context
    const axes = axesOf(flags)
    const to = typeof flags.to === 'string' ? pathOf('--to', flags.to, context.cwd) : ''
    const lab = await context.openLab({ readOnly: true })
    try {
      const spec = await readSpec(lab, what!, context)
      const { asked, plan } = await byOptions(OPTIONS, async () => {
        const [asked] = parseArguments('sweepPlan', [{ spec, axes }])
        return { asked, plan: await lab.calls.sweepPlan(asked) }
      })
      const specs = sweepCells(asked.spec, asked.axes).map(({ spec }) => spec)
      const ok = plan.cells.every(({ problems }) => problems.length === 0)
      const files = to && ok ? await writeSpecs(specs, to) : []
      describe(plan, asked.axes, out)
      for (const file of files) out.line(file)
      if (to && !ok) out.line('Nothing was written: not every run of the sweep can be.')
      out.document({ command: 'sweep', ok, plan, specs, files })
      return ok ? EXIT.ok : EXIT.badInput
    } finally {
      await lab.close()
    }
  },
}

/** The option that says each axis; what is wrong with both together is told of the first. */
const OPTIONS = { 'axes[0]': '--over', 'axes[1]': '--and', axes: '--over' }

function axesOf({ over, and }: Flags): Axis[] {
  if (typeof over !== 'string')
    throw badArgument('--over', 'a field and its values, as optimiser.lr=0.001,0.01', 'nothing')
  return [axisOf('--over', over), ...(typeof and === 'string' ? [axisOf('--and', and)] : [])]
}

/** Numbers, true and false as such; all else is the text that it is. */
function axisOf(option: string, text: string): Axis {
  const [, path = '', values = ''] = /^([^=]+)=(.+)$/.exec(text) ?? []
  if (path === '') throw badArgument(option, 'a field and its values, as optimiser.lr=0.001,0.01', JSON.stringify(text))
  return { path, values: values.split(',').flatMap((part) => (part.trim() === '' ? [] : [valueOf(part.trim())])) }
}
function valueOf(text: string): Axis['values'][number] {
  if (text === 'true' || text === 'false') return text === 'true'
  return Number.isFinite(Number(text)) ? Number(text) : text
}

/** One file a run, in their order. */
async function writeSpecs(specs: readonly unknown[], folder: string): Promise<string[]> {
  const files = specs.map((_, i) => join(folder, `${String(i + 1).padStart(2, '0')}.yaml`))
  try {
    makeFolder(folder)
    for (const [i, file] of files.entries()) await writeFile(file, writeText(specs[i]), { flag: 'wx' })
  } catch (error) {
    throw badArgument('--to', 'a folder that these files can be written to', (error as Error).message)
  }
  return files
}

function describe(
  { cells, toRun, done, shared, seconds, rough }: SweepPlan,
  axes: readonly Axis[],
  out: Context['out'],
): void {
  const took = (of: number | null) => (of === null ? NOTHING : duration(of))
  const rows = cells.map((cell) => [
    ...cell.values.map(String),
    ...[cell.toRun, cell.done, cell.shared].map(String),
    took(cell.seconds),
  ])
  const header = [...axes.map(({ path }) => path), 'to run', 'done', 'shared', rough ? 'roughly' : 'about']
  const right = header.map((_, i) => i).slice(axes.length)
  for (const line of columns([header, ...rows], { right, width: out.columns })) out.line(line)
  for (const { values, problems } of cells)
    for (const { path, expected, got } of problems)
      out.line(out.paint('red', `${values.join(', ')}: ${path}: expected ${expected}, got ${got}`))
  out.line()
  out.line(
    `${count(cells.length, 'run')}: ${count(toRun, 'stage')} to run, ${done} done, ${shared} shared, ${took(seconds)}.`,
  )
}
