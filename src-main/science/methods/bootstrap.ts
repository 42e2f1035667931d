import type { ModelSetting } from '../spec/choices'
import type { ParamTable } from '../spec/params'
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
} as const satisfies ParamTable

/**
 * Bootstrapping (arXiv 2312.09390 4.3.1): the supervisor labels for a slightly larger model, that one for the next, and so
 * on to the student, each finetuned on the labels as they are. Without models between it is naive finetuning to the bit.
 * A model labels the rows that it has learnt from itself: there is one transfer half.
 */
export const bootstrap = defineMethod(PARAMS, {
  id: 'bootstrap',
  title: 'Bootstrapping',
  help: 'Climbs a ladder of models: each labels for the next one, slightly larger. Every rung is reported as an arm of its own.',
  source: 'arXiv 2312.09390 4.3.1',
  texts: true,
  student(build, { between }) {
    const learn = (teacher: string, model?: ModelSetting) =>
      build.train({ labels: build.label(teacher), loss: { loss: 'xent' }, ...(model && { model }) })
    return learn((between as ModelSetting[]).reduce(learn, build.supervise(build.weak)))
  },
  // A rung is the student of what comes before it.
  rungs: ({ between }) =>
    (between as ModelSetting[]).map((strong, i) => ({ strong, params: { between: between.slice(0, i) } })),
})
