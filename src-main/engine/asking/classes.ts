import { choicesOf, type Choices } from '../../science/answers'
import { takeExamples } from '../backends/batches'
import { logitsOf, takeLabels, taught, type Asking, type ChoiceLesson } from './asking'

/** A text is of one of the classes: the net has a logit for each. */
export function classes({ batch, ...labels }: ChoiceLesson): Asking<Choices> {
  return {
    examples: labels.targets.rows,
    teach: (learner, chosen, loss) =>
      taught(learner, takeExamples(batch, chosen), (logits) => loss({ logits, ...takeLabels(labels, chosen) })),
    ask: async (learner, split, breathe, tell) => choicesOf(await logitsOf(learner, split, breathe, tell)),
  }
}
