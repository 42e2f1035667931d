import { problemsOf, type Problem } from './problems'
import { namesSchema, specSchema, type ExperimentSpec, type Names } from './spec'

/** Checks an experiment spec and fills in every default. Never throws; every problem is reported, not only the first. */
export function parseSpec(input: unknown): { ok: true; spec: ExperimentSpec } | { ok: false; problems: Problem[] } {
  const parsed = specSchema.safeParse(input)
  if (parsed.success) return { ok: true, spec: parsed.data }
  return { ok: false, problems: problemsOf(parsed.error, input, specSchema) }
}

/** What an input that is no spec yet names, as far as that can be read. */
export function readNames(input: unknown): Names {
  return namesSchema.parse(input)
}
