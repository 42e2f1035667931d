import { z } from 'zod'
import { show, type Problem } from './problems'

/** Runs of a sweep. What is larger nobody reads, and few would wait for. */
export const MOST_RUNS = 64

/** One field of a spec with the values that it is to take. */
export const axisSchema = z.strictObject({
  /** Its place, e.g. `optimiser.lr` or `methods[1].alphaMax`. */
  path: z.string().regex(/^\w+(\.\w+|\[\d+\])*$/, { error: 'a place in a spec, such as "optimiser.lr"' }),
  values: z
    .array(z.union([z.string().max(200), z.number(), z.boolean()]))
    .min(1)
    .max(MOST_RUNS),
})
export type Axis = z.infer<typeof axisSchema>
export type AxisValue = Axis['values'][number]
/** One field, or two that are set against each other. */
export const axesSchema = z.array(axisSchema).min(1).max(2)

/** One run of a sweep: the values that it takes, in the order of the axes, and its spec, which need not be one. */
export interface SweepCell {
  values: AxisValue[]
  spec: unknown
}

/** Every value of the first axis with every one of the second: runs of one study, for their question is the same. */
export function sweepCells(spec: unknown, axes: readonly Axis[]): SweepCell[] {
  const [first, second] = axes
  const rows = first?.values.map((value) => [value]) ?? []
  const all = second ? rows.flatMap((row) => second.values.map((value) => [...row, value])) : rows
  return all.map((values) => ({
    values,
    spec: named(
      axes.reduce((at, axis, i) => put(at, axis.path, values[i]!), spec),
      axes,
      values,
    ),
  }))
}

/** What is wrong with the axes themselves. */
export function axesProblems(axes: readonly Axis[]): Problem[] {
  const runs = axes.reduce((n, { values }) => n * values.length, 1)
  const paths = axes.map(({ path }) => path)
  return [
    ...(runs > MOST_RUNS ? [{ path: 'axes', expected: `a sweep of at most ${MOST_RUNS} runs`, got: `${runs}` }] : []),
    ...(new Set(paths).size < paths.length ? [{ path: 'axes', expected: 'two fields', got: `${paths[0]} twice` }] : []),
    ...axes.flatMap(({ path, values }, i) => {
      const twice = values.find((value, at) => values.indexOf(value) < at)
      return twice === undefined
        ? []
        : [{ path: `axes[${i}]`, expected: `every value of ${path} once`, got: show(twice) }]
    }),
  ]
}

/** A run is called by what it was swept over: "Quick start, lr 0.1, epochs 3". */
function named(spec: unknown, axes: readonly Axis[], values: readonly AxisValue[]): unknown {
  if (!isFields(spec)) return spec
  const { name } = spec
  const parts = axes.map(({ path }, i) => `${path.split('.').at(-1)} ${values[i]}`)
  return { ...spec, name: [...(typeof name === 'string' && name !== '' ? [name] : []), ...parts].join(', ') }
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy with another value at a place; places on the way are made where they lack. */
function put(at: unknown, path: string, value: AxisValue): unknown {
  const [, index, name, rest = ''] = /^(?:\[(\d+)\]|\.?(\w+))(.*)$/.exec(path) ?? []
  if (index !== undefined) {
    const items: unknown[] = Array.isArray(at) ? [...(at as unknown[])] : []
    items[Number(index)] = rest === '' ? value : put(items[Number(index)], rest, value)
    return items
  }
  const fields = isFields(at) ? at : {}
  return { ...fields, [name!]: rest === '' ? value : put(fields[name!], rest, value) }
}
