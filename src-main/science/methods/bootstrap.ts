import type { ModelSetting } from '../spec/choices'
import type { ParamTable } from '../spec/params'
import type { Part } from '../stages'
import { defineMethod } from './method'

const PARAMS = {
  between: {
    type: 'models',
    label: 'Between',
    help: 'Models between supervisor and student, from small to large: each learns from the labels of the one before it.',
    inTitle: true,
    default: [],
    min: 0,
    max: 8,
  },
  parts: {
    type: 'integer',
    label: 'Parts of rows',
    help: 'Into how many parts the transfer half is cut, for each model to learn from one that no other saw, as in the paper’s chess. With 1 all learn from all of it.',
    source: 'arXiv 2312.09390 4.3.1',
    default: 1,
    min: 1,
    max: 9,
    later: true,
  },
} as const satisfies ParamTable

/**
 * Bootstrapping (arXiv 2312.09390 4.3.1): the supervisor labels for a slightly larger model, that one for the next, and so
 * on to the student, each finetuned on the labels as they are. Without models between it is naive finetuning to the bit.
 * With one part a model labels the rows that it has learnt from itself; with more it labels those of the next part, and the
 * ceiling of each learns from the part that it learnt from.
 */
export const bootstrap = defineMethod(PARAMS, {
  id: 'bootstrap',
  title: 'Bootstrapping',
  help: 'Climbs a ladder of models: each labels for the next one, slightly larger. Every rung is reported as an arm of its own.',
  source: 'arXiv 2312.09390 4.3.1',
  texts: true,
  student(build, { between, parts }) {
    const learn = (teacher: string, index: number, model?: ModelSetting) => {
      const part = partOf(index, parts)
      const more = { ...(model && { model }), ...(part && { part }) }
      return build.train({ labels: build.label(teacher), loss: { loss: 'xent' }, ...more })
    }
    const models = between as ModelSetting[]
    const last = models.reduce((teacher, model, i) => learn(teacher, i, model), build.supervise(build.weak))
    return learn(last, models.length)
  },
  part: ({ between, parts }) => partOf(between.length, parts),
  problems({ between, parts }) {
    const least = between.length + 1
    if (parts === 1 || parts >= least) return []
    const expected = `1, or at least ${least}: one for each model between, and one for the student`
    return [{ path: 'parts', expected, got: `${parts}` }]
  },
  // A rung is the student of what comes before it.
  rungs: ({ between }) =>
    (between as ModelSetting[]).map((strong, i) => ({ strong, params: { between: between.slice(0, i) } })),
})

const partOf = (index: number, of: number): Part | undefined => (of > 1 ? { index, of } : undefined)
