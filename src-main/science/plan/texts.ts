import { LABELS } from '../labels'
import { METHODS } from '../methods'
import { METRICS } from '../metrics/variants'
import { MODELS } from '../models'
import { mentions } from '../spec/mentions'
import { show, type Problem } from '../spec/problems'
import type { ExperimentSpec } from '../spec/spec'
import type { PlanContext } from './context'

/** What of a spec does not go with a task whose texts are gone on with: it is said before anything is trained. */
export function textProblems(spec: ExperimentSpec, context: PlanContext): Problem[] {
  const task = spec.tasks.map((id) => context.sources[id]).find((source) => source?.form?.kind === 'text')
  if (!task) return []
  const why = `"${task.title}" is a task of texts`
  const found = [
    modelProblems(spec, context, why),
    methodProblems(spec, why),
    labelProblems(spec, why),
    metricProblems(spec, why),
  ]
  if (spec.reference)
    found.push([{ path: 'reference', expected: `false: ${why}, and a bag of words writes none`, got: 'true' }])
  if (spec.probe) found.push([{ path: 'probe', expected: `false: ${why}, and a probe writes none`, got: 'true' }])
  return found.flat()
}

function modelProblems(spec: ExperimentSpec, { checkpoints }: PlanContext, why: string): Problem[] {
  return mentions(spec).flatMap(({ path, setting: { model, ...params } }): Problem[] => {
    const variant = MODELS[model]!
    if (variant.start !== 'checkpoint')
      return [
        { path: `${path}.model`, expected: `"pretrained": ${why}, which takes a language head`, got: show(model) },
      ]
    const { checkpoint, head } = variant.read(params)
    if (head === 'probe')
      return [
        {
          path: `${path}.head`,
          expected: `"zero": ${why}, which its own head writes; a probe writes none`,
          got: show(head),
        },
      ]
    if (checkpoints[checkpoint]?.writes !== false) return []
    return [
      { path: `${path}.checkpoint`, expected: `a model that writes: ${why}`, got: `${show(checkpoint)}, an encoder` },
    ]
  })
}

/** Methods that go with texts. */
const WRITING = Object.values(METHODS).filter(({ texts }) => texts)

function methodProblems({ methods }: ExperimentSpec, why: string): Problem[] {
  const known = WRITING.map(({ id }) => show(id)).join(' or ')
  return methods.flatMap(({ method }, i) => {
    if (METHODS[method]!.texts) return []
    const reason = `${why}, and ${show(method)} is about the probabilities of choices`
    return [{ path: `methods[${i}].method`, expected: `${known}: ${reason}`, got: show(method) }]
  })
}

function labelProblems({ labels }: ExperimentSpec, why: string): Problem[] {
  if (LABELS[labels]!.texts) return []
  const known = Object.values(LABELS).filter(({ texts }) => texts)
  const expected = `${known.map(({ id }) => show(id)).join(' or ')}: ${why}, whose labels are what a supervisor wrote`
  return [{ path: 'labels', expected, got: show(labels) }]
}

function metricProblems({ metric }: ExperimentSpec, why: string): Problem[] {
  if (METRICS[metric]!.needs === 'decisions') return []
  const known = Object.values(METRICS).filter(({ needs }) => needs === 'decisions')
  const expected = known.map(({ id }) => show(id)).join(' or ')
  return [
    {
      path: 'metric',
      expected: `${expected}: ${why}, and ${show(metric)} needs the probability of every answer`,
      got: show(metric),
    },
  ]
}
