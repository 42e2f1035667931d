import { promptLevels } from './plan/prompting'
import { rungsOf } from './plan/rungs'
import { mentions } from './spec/mentions'
import type { Problem } from './spec/problems'
import type { ExperimentSpec } from './spec/spec'

/** More stages than this are no experiment that anybody waits for, and a plan of them takes the memory of a machine. */
export const MOST_STAGES = 20_000

/**
 * About how many stages a spec asks for, without planning it: what arms share is counted once, as far as that goes by
 * the lists alone.
 */
export function stageCount(spec: Pick<ExperimentSpec, Counted>): number {
  const [tasks, weak, strong, methods, seeds] = FACTORS.map(({ name }) => spec[name].length) as Five
  const data = spec.redraw === 'halves' ? seeds : 1
  // Supervisor and its labels, ceiling, students.
  const between = mentions(spec).length - weak - strong
  // A model that a method brings in between is trained and labels.
  const rungs = spec.methods.reduce((sum, method) => sum + rungsOf(method).length, 0)
  const controls = spec.control ? weak : 0
  const pairs = (spec.pairs?.length ?? weak * strong) + controls
  const students = strong + controls
  const arms = 2 * weak + students + rungs + pairs * (methods + 2 * between)
  const probes = spec.probe ? students : 0
  // Every probe has features of its own, which are those of the data.
  const own = seeds * (arms + Number(spec.reference) + probes)
  return tasks * (data * (1 + probes) + own + promptCount(spec, { students, pairs }))
}

type Counted = Factor | 'redraw' | 'reference' | 'probe' | 'control' | 'pairs' | 'prompting'

/** Prompts of one task: without examples one for all seeds, with ground truth one a student, with weak labels one a pair. */
function promptCount(
  { prompting, seeds }: Pick<ExperimentSpec, 'prompting' | 'seeds'>,
  { students, pairs }: { students: number; pairs: number },
): number {
  if (!prompting) return 0
  const each = promptLevels(prompting).map(({ shots, labels }) => {
    if (shots === 0) return students
    return seeds.length * (labels === 'truth' ? students : pairs)
  })
  return each.reduce((sum, n) => sum + n, 0)
}

type Factor = 'tasks' | 'weak' | 'strong' | 'methods' | 'seeds'
type Five = [number, number, number, number, number]
const FACTORS: readonly { name: Factor; nouns: string }[] = [
  { name: 'tasks', nouns: 'tasks' },
  { name: 'weak', nouns: 'supervisors' },
  { name: 'strong', nouns: 'students' },
  { name: 'methods', nouns: 'methods' },
  { name: 'seeds', nouns: 'seeds' },
]

/** Why a spec is too large to be planned; told at its longest list. */
export function sizeProblem(spec: ExperimentSpec): Problem[] {
  const stages = stageCount(spec)
  if (stages <= MOST_STAGES) return []
  const longest = FACTORS.reduce((a, b) => (spec[b.name].length > spec[a.name].length ? b : a))
  const factors = FACTORS.map(({ name, nouns }) => `${spec[name].length} ${nouns}`).join(' × ')
  return [
    {
      path: longest.name,
      expected: `an experiment of at most ${count(MOST_STAGES)} stages`,
      got: `about ${count(stages)}: ${factors}`,
    },
  ]
}

const count = (n: number) => n.toLocaleString('en')
