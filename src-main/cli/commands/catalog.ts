import type { Catalog, Param, ParamTable, Variant } from '../../../src-preload/contract'
import type { Command, Context } from '../context'
import { EXIT } from '../errors'
import { columns, count, parameterCount } from '../text'

type Out = Context['out']

export const catalog: Command = {
  name: 'catalog',
  usage: '',
  summary: 'Everything that a spec may name, with its parameters, defaults and ranges.',
  arity: [0, 0],
  options: {},
  async run(_args, _flags, { out, openLab }) {
    const lab = await openLab({ readOnly: true })
    try {
      const catalog = await lab.calls.catalog()
      describe(catalog, out)
      out.document({ command: 'catalog', ok: true, catalog })
      return EXIT.ok
    } finally {
      await lab.close()
    }
  },
}

function describe(catalog: Catalog, out: Out): void {
  const { tasks, presets, brokenPresets } = catalog
  section('presets', out)
  for (const line of columns(
    presets.map((p) => ['  ' + p.id, p.help]),
    { width: out.columns },
  ))
    out.line(line)
  for (const { file, reason } of brokenPresets) out.line(out.paint('yellow', `${file} cannot be read: ${reason}`))
  section('tasks', out)
  const rows = tasks.map((t) => [
    '  ' + t.id,
    count(t.examples, 'example'),
    t.form === 'text' ? 'texts' : t.classes.join(' | '),
    `${t.question} (${t.licence})`,
  ])
  for (const line of columns(rows, { right: [1], width: out.columns })) out.line(line)
  section('pretrained models', out)
  const checkpoints = catalog.checkpoints.map((c) => [
    '  ' + c.id,
    parameterCount(c.parameters),
    c.here ? 'here' : `models get ${c.id}`,
    c.trains ? '' : 'too big to finetune here',
  ])
  for (const line of columns(checkpoints, { right: [1], width: out.columns })) out.line(line)
  for (const noun of ['models', 'methods', 'losses'] as const) {
    section(noun, out)
    for (const variant of catalog[noun]) describeVariant(variant, out)
  }
  section('labels', out)
  for (const line of columns(
    catalog.labels.map(({ id, help }) => [`  ${id}`, help]),
    { width: out.columns },
  ))
    out.line(line)
  section('metrics', out)
  for (const line of columns(
    catalog.metrics.map(({ id, better, range: [least, most], help }) => [
      `  ${id}`,
      most === null ? `${least} or more` : `${least} to ${most}`,
      `${better} is better`,
      help,
    ]),
    { width: out.columns },
  ))
    out.line(line)
  for (const table of ['run', 'sizes', 'optimiser'] as const) {
    section(table, out)
    parameters(catalog[table], out)
  }
}

function section(title: string, out: Out): void {
  out.line()
  out.line(out.paint('bold', title))
}

function describeVariant({ id, help, params }: Variant, out: Out): void {
  for (const line of columns([[`  ${id}`, help]], { width: out.columns })) out.line(line)
  parameters(params, out)
}

function parameters(table: ParamTable, out: Out): void {
  const rows = Object.entries(table).map(([name, p]) => [
    `    ${name}`,
    range(p),
    `default ${p.type === 'models' ? p.default.map(({ model }) => model).join(', ') || 'none' : String(p.default)}`,
    p.help,
  ])
  for (const line of columns(rows, { width: out.columns })) out.line(line)
}

function range(param: Param): string {
  if (param.type === 'boolean') return 'true | false'
  if (param.type === 'checkpoint') return 'a pretrained model'
  if (param.type === 'models') return `${param.min} to ${param.max} models`
  if (param.type === 'choice') return param.options.map((o) => o.value).join(' | ')
  return `${param.type} ${param.min} to ${param.max}${param.unit ? ` ${param.unit}` : ''}`
}
