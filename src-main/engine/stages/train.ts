import { unfinishedFile } from '../../data/unfinished'
import { operationsOf, parameterCount } from '../../science/models/net'
import type { Answers } from '../../science/answers'
import {
  asksElsewhere,
  elsewhere,
  followedSplits,
  isSplit,
  predictedSplits,
  rowsOf,
  type Asked,
  type TrainConfig,
} from '../../science/stages'
import { examplesIn, truthOf } from '../../science/tasks'
import type { Asking } from '../asking'
import type { Learner } from '../backends/learner'
import { keptOf } from '../keeper'
import { train as runLoop, type EvaluationSet, type Trained } from '../loop'
import { inputOf } from './inputs'
import type { Input } from './inputs/input'
import { choiceLesson } from './lessons/choices'
import type { Lesson } from './lessons/lesson'
import { textLesson } from './lessons/texts'
import { needTask, type StageOutput, type StageRunner } from './stage'

/**
 * Trains one model and predicts its splits, and the task's test sets from elsewhere: `predictions.safetensors` of choices
 * (see `writePredictions`), `texts.json` of texts (see `writeTexts`), of every evaluation or the last (see
 * `followedSplits`); and the weights with what they are for:
 * `weights.safetensors` and `features.json`, or of a pretrained transformer a folder as transformers has it.
 */
export const train: StageRunner<'train'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needTask(context)
  const others = asksElsewhere(config.role) ? Object.keys(task.elsewhere ?? {}).map(elsewhere) : []
  const splits: Asked[] = [...predictedSplits(config.role), ...others]
  const input = await inputOf({ config, task, splits, context })
  const request = { config, task, input, labelled: stage.needs.labels !== undefined, context }
  return task.form.kind === 'text' ? learn(await textLesson(request)) : learn(await choiceLesson(request))

  async function learn<A extends Answers>(lesson: Lesson<A>): Promise<StageOutput> {
    await context.breathe()
    const followed: readonly Asked[] = followedSplits(config.role)
    const sets = splits.map((split): EvaluationSet => {
      const truth = truthOf(examplesIn(task, split))
      return {
        split,
        followed: followed.includes(split),
        batch: input.batches[split]!,
        truth,
        weak: isSplit(split) ? lesson.weak(split) : null,
      }
    })
    const { optimiser, evaluations, seed } = config
    const file = unfinishedFile(context.job.artifacts, stage.key)
    const kept = await keptOf(file, backend!, context)
    const weights = kept?.weights ?? (await input.weights())
    const learner = await backend!.create(input.net, { seed, weights }, input.options)
    try {
      if (kept) await learner.restoreOptimiser(kept.optimiser)
      const { loss, file: answers } = lesson
      const keeping = { file, place: backend!, kept, answers }
      const asking = partly(lesson.asking, rowsOf(lesson.asking.examples, config))
      const trained = await runLoop({ learner, asking, loss, optimiser, evaluations, seed, sets, keeping }, context)
      const texts = task.form.kind === 'options' ? task.form.count : 1
      return await outputOf(config, learner, input, { ...lesson, trained, texts })
    } finally {
      learner.dispose()
    }
  }
}

/** The same with some of the examples alone to be taught. */
function partly<A extends Answers>(asking: Asking<A>, rows: readonly number[]): Asking<A> {
  const teach: Asking<A>['teach'] = (learner, chosen, loss) =>
    asking.teach(
      learner,
      chosen.map((example) => rows[example]!),
      loss,
    )
  return { ...asking, examples: rows.length, teach }
}

async function outputOf<A extends Answers>(
  config: TrainConfig,
  learner: Learner,
  input: Input,
  { file, trained, texts }: Pick<Lesson<A>, 'file'> & { trained: Trained<A>; texts: number },
): Promise<StageOutput> {
  const operations = operationsOf(learner.net)
  const kept = config.weights === 'keep' ? await input.files(await learner.save()) : []
  return {
    files: [...kept, { name: file.name, bytes: file.write(trained.steps, trained.predictions) }],
    summary: {
      steps: trained.steps.at(-1)!,
      loss: trained.loss,
      parameters: parameterCount(learner.net),
      // Of an example of an update.
      ...(operations !== null && { operations: texts * operations }),
    },
  }
}
