import type { MethodVariant } from '../../src-main/science/methods/method'
import type { ModelSetting } from '../../src-main/science/spec/choices'

/** A method that brings in models of its own between supervisor and student: tests add it to the map of methods. */
export const ladder: MethodVariant = {
  id: 'ladder',
  title: 'Ladder',
  help: 'Each model labels for the next one.',
  source: 'arXiv 2312.09390 4.3.1',
  params: {
    between: {
      type: 'models',
      label: 'Between',
      help: 'From small to large.',
      inTitle: true,
      default: [{ model: 'vectors' }],
      min: 1,
      max: 3,
    },
  },
  student(build, { between }) {
    const loss = { loss: 'xent' }
    const last = (between as ModelSetting[]).reduce(
      (teacher, model) => build.train({ labels: build.label(teacher), loss, model }),
      build.supervise(build.weak),
    )
    return build.train({ labels: build.label(last), loss })
  },
}
