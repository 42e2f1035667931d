import { fromEarlier } from './earlier'
import { METHODS } from '../methods'
import { MODELS } from '../models'
import { withModels } from './mentions'
import { settled } from './params'
import { MOST_PROBLEMS, problemsOf, type Problem } from './problems'
import { namesSchema, specSchema, type ExperimentSpec, type Names } from './spec'

type Parsed = { ok: true; spec: ExperimentSpec } | { ok: false; problems: Problem[] }

/**
 * Checks an experiment spec, fills in every default, and puts parameters that mean nothing beside the others back to
 * theirs. What an earlier version wrote is read as it was meant (`fromEarlier`). Never throws; every problem is reported,
 * not only the first.
 */
export function parseSpec(input: unknown): Parsed {
  const { input: current, problems } = fromEarlier(input)
  const read = parse(current)
  const asked = problems.length === 0 ? read : refused([...problems, ...(read.ok ? [] : read.problems)])
  // Entries that differ in nothing that means something are the same one, which only shows now.
  return asked.ok ? parse(withoutIdle(asked.spec)) : asked
}

const refused = (problems: Problem[]): Parsed => ({ ok: false, problems: problems.slice(0, MOST_PROBLEMS) })

function parse(input: unknown): Parsed {
  const parsed = specSchema.safeParse(input)
  if (parsed.success) return { ok: true, spec: parsed.data }
  return { ok: false, problems: problemsOf(parsed.error, input, specSchema) }
}

function withoutIdle(spec: ExperimentSpec): ExperimentSpec {
  const methods = spec.methods.map((choice) => settled(METHODS[choice.method]!.params, choice))
  return withModels({ ...spec, methods }, ({ optimiser = {}, ...model }) => ({
    ...settled(MODELS[model.model]!.params, model),
    ...(Object.keys(optimiser).length > 0 && { optimiser }),
  }))
}

/** What an input that is no spec yet names, as far as that can be read. */
export function readNames(input: unknown): Names {
  return namesSchema.parse(input)
}
