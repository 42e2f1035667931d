import { PREDICTIONS, writePredictions } from '../../../data/predictions'
import type { Choices } from '../../../science/answers'
import { labelStats } from '../../../science/labels/statistics'
import { LOSSES } from '../../../science/losses'
import { argmax, type Matrix } from '../../../science/maths/matrix'
import { LABELLED, type Split } from '../../../science/stages'
import { choiceForm, choicesIn, truthOf, type PreparedTask } from '../../../science/tasks'
import { ASKING } from '../../asking'
import type { StageContext } from '../../context'
import { oneHot } from '../label'
import { needTensors } from '../stage'
import { expectLabels, type Lesson, type LessonRequest } from './lesson'

/** One of several is chosen: the targets are probabilities of each. */
export async function choiceLesson(request: LessonRequest): Promise<Lesson<Choices>> {
  const { config, task, input, labelled, context } = request
  const labels = labelled ? await weakLabels(context, task) : null
  const form = choiceForm(task.form)
  const targets =
    config.targets === 'truth'
      ? oneHot(truthOf(task.splits[config.trainOn]), choicesIn(form))
      : expectLabels(labels, config.trainOn)
  const { loss, ...lossParams } = config.loss
  const labelSet = labelStats(targets)
  return {
    asking: ASKING[form.kind]({ batch: input.batches[config.trainOn]!, targets }),
    loss: (batch) => LOSSES[loss]!.compute({ ...batch, labelSet }, lossParams),
    weak(split) {
      const weak = labels?.get(split)
      return weak ? argmax(weak) : null
    },
    file: ({ steps, predictions }) => ({ name: PREDICTIONS, bytes: writePredictions(steps, predictions) }),
  }
}

/** Label set of every split that the supervisor labelled, [n, choices]. */
async function weakLabels(context: StageContext, task: PreparedTask): Promise<Map<Split, Matrix>> {
  const tensorOf = await needTensors(context, 'labels', 'labels.safetensors')
  return new Map(
    LABELLED.map((split) => {
      const { shape, data } = tensorOf(split)
      const expected = [task.splits[split].length, choicesIn(choiceForm(task.form))]
      if (shape.join() !== expected.join())
        throw new Error(`labels of ${split}: expected [${expected.join(', ')}], got [${shape.join(', ')}]`)
      return [split, { rows: shape[0]!, cols: shape[1]!, data }]
    }),
  )
}
