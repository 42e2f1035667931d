import { choicesOf, type Choices } from '../../science/answers'
import type { Matrix } from '../../science/maths/matrix'
import { takeExamples } from '../backends/batches'
import { logitsOf, takeLabels, taught, type Asking, type ChoiceLesson } from './asking'

/**
 * One of k texts is the right one: the net gives every text one score, and the scores of an example are its logits. Of two
 * options that is the model of Bradley & Terry 1952, P(a over b) = 1 / (1 + exp(score b − score a)), by which rewards are
 * learnt from preferences; of more that of Plackett 1975 and Luce 1959, its first choice.
 */
export function options({ batch, ...labels }: ChoiceLesson): Asking<Choices> {
  const k = labels.targets.cols
  return {
    examples: labels.targets.rows,
    teach(learner, chosen, loss) {
      const texts = chosen.flatMap((example) => Array.from({ length: k }, (_, option) => example * k + option))
      return taught(learner, takeExamples(batch, texts), (scores) => {
        const value = loss({ logits: grouped(scores, k), ...takeLabels(labels, chosen) })
        return { ...value, dLogits: grouped(value.dLogits, 1) }
      })
    },
    async ask(learner, split, breathe, tell) {
      const scores = await logitsOf(learner, split, breathe, (texts) => tell(Math.floor(texts / k)))
      return choicesOf(grouped(scores, k))
    },
  }
}

/** The same numbers, so many in a row. */
const grouped = ({ data }: Matrix, cols: number): Matrix => ({ rows: data.length / cols, cols, data })
