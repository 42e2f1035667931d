import { choicesOf, type Choices } from '../../science/answers'
import { takeExamples } from '../backends/batches'
import { logitsOf, takeRows, taught, type Asking, type ChoiceLesson } from './asking'

/** A text is of one of the classes: the net has a logit for each. */
export function classes({ batch, targets }: ChoiceLesson): Asking<Choices> {
  return {
    examples: targets.rows,
    teach: (learner, chosen, loss) =>
      taught(learner, takeExamples(batch, chosen), (logits) => loss({ logits, targets: takeRows(targets, chosen) })),
    ask: async (learner, split, breathe, tell) => choicesOf(await logitsOf(learner, split, breathe, tell)),
  }
}
