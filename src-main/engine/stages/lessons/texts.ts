import { TEXTS_FILE } from '../../../data/evaluations'
import { readTexts, TEXT_LABELS } from '../../../data/texts'
import type { Texts } from '../../../science/answers'
import { eachSplit, type BySplit } from '../../../science/labels'
import { truthOf, type PreparedTask } from '../../../science/tasks'
import { ASKING } from '../../asking'
import type { StageContext } from '../../context'
import { expectLabels, labelsOf, type Lesson, type LessonRequest } from './lesson'

/** A text is gone on with: the targets are what is to follow, the right one or what the supervisor wrote. */
export async function textLesson(request: LessonRequest): Promise<Lesson<Texts>> {
  const { config, task, input, labelled, context } = request
  if (!input.writing)
    throw new Error(`${config.model.model}: expected a model that writes, got one that chooses; take "pretrained"`)
  const labels = labelled ? await weakTexts(context, task) : null
  const targets =
    config.targets === 'truth' ? truthOf(task.splits[config.trainOn]).map(String) : expectLabels(labels, config.trainOn)
  return {
    asking: ASKING.text(input.writing(input.batches[config.trainOn]!, targets)),
    loss: () => {
      throw new Error('loss: expected none of choices, texts have their own')
    },
    weak: (split) => labelsOf(labels, split) ?? null,
    file: TEXTS_FILE,
  }
}

/** What the supervisor wrote of every split that it labelled. */
async function weakTexts(context: StageContext, task: PreparedTask): Promise<BySplit<string[]>> {
  const bytes = await context.need('labels', TEXT_LABELS)
  const saidOf = readTexts(bytes, `${context.job.needs['labels']}/${TEXT_LABELS}`)
  return eachSplit((split) => {
    const { texts } = saidOf(split).answers.at(-1)!
    const expected = task.splits[split].length
    if (texts.length !== expected)
      throw new Error(`labels of ${split}: expected ${expected} texts, got ${texts.length}`)
    return texts
  })
}
