import { LABELS_FILE, readLabels } from '../../../data/labels'
import { CHOICES_FILE } from '../../../data/evaluations'
import { oneHot, type Choices } from '../../../science/answers'
import { eachSplit, type BySplit, type LabelSet } from '../../../science/labels'
import { LOSSES } from '../../../science/losses'
import { argmax } from '../../../science/maths/matrix'
import { choiceForm, choicesIn, truthOf, type PreparedTask } from '../../../science/tasks'
import { ASKING } from '../../asking'
import type { StageContext } from '../../context'
import { expectLabels, labelsOf, type Lesson, type LessonRequest } from './lesson'

/** One of several is chosen: the targets are probabilities of each. */
export async function choiceLesson(request: LessonRequest): Promise<Lesson<Choices>> {
  const { config, task, input, labelled, context } = request
  const labels = labelled ? await weakLabels(context, task) : null
  const form = choiceForm(task.form)
  const taught: LabelSet =
    config.targets === 'truth'
      ? { targets: oneHot(truthOf(task.splits[config.trainOn]), choicesIn(form)) }
      : expectLabels(labels, config.trainOn)
  const { loss, ...lossParams } = config.loss
  return {
    asking: ASKING[form.kind]({ batch: input.batches[config.trainOn]!, ...taught }),
    loss: (batch) => LOSSES[loss]!.compute(batch, lossParams),
    weak(split) {
      const weak = labelsOf(labels, split)
      return weak ? argmax(weak.targets) : null
    },
    file: CHOICES_FILE,
  }
}

/** Label set of every split that the supervisors labelled: the need `labels`. @throws Error where it is not of these examples */
export async function weakLabels(context: StageContext, task: PreparedTask): Promise<BySplit<LabelSet>> {
  const bytes = await context.need('labels', LABELS_FILE)
  const read = readLabels(bytes, `${context.job.needs['labels']}/${LABELS_FILE}`)
  return eachSplit((split) => {
    const labels = read(split)
    const { rows, cols } = labels.targets
    const expected = [task.splits[split].length, choicesIn(choiceForm(task.form))]
    if ([rows, cols].join() !== expected.join())
      throw new Error(`labels of ${split}: expected [${expected.join(', ')}], got [${rows}, ${cols}]`)
    return labels
  })
}
