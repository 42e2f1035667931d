import { LABELS_FILE, readLabels } from '../../data/labels'
import { PREDICTIONS, writePredictions } from '../../data/predictions'
import { LOSSES } from '../../science/losses'
import { oneHot, type Choices } from '../../science/answers'
import { eachSplit, type BySplit, type LabelSet } from '../../science/labels'
import { argmax } from '../../science/maths/matrix'
import { parameterCount } from '../../science/models/net'
import { followedSplits, predictedSplits, type Role, type Split, type TrainConfig } from '../../science/stages'
import { choiceForm, choicesIn, truthOf, type PreparedTask } from '../../science/tasks'
import type { Batch, Learner } from '../backends/learner'
import { ASKING } from '../asking'
import type { StageContext } from '../context'
import { train as runLoop, type EvaluationSet, type Trained } from '../loop'
import { inputOf } from './inputs'
import type { Input } from './inputs/input'
import { needTask, type StageRunner } from './stage'

/**
 * Trains one model and predicts its splits: `predictions.safetensors` (see `writePredictions`; of every evaluation or the
 * last, see `followedSplits`), and the weights with what they are for: `weights.safetensors` and `features.json`, or of a
 * pretrained transformer a folder as transformers has it.
 */
export const train: StageRunner<'train'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needTask(context)
  const splits = predictedSplits(config.role)
  const input = await inputOf({ config, task, splits, context })
  const labels = stage.needs.labels === undefined ? null : await weakLabels(context, task)
  await context.breathe()

  const { net, batches } = input
  const learner = await backend!.create(net, { seed: config.seed, weights: await input.weights() }, input.options)
  try {
    const { loss, ...lossParams } = config.loss
    const lesson = { batch: batches[config.trainOn]!, ...taughtLabels(config, task, labels) }
    const trained = await runLoop(
      {
        learner,
        asking: ASKING[choiceForm(task.form).kind](lesson),
        loss: (batch) => LOSSES[loss]!.compute(batch, lossParams),
        optimiser: config.optimiser,
        evaluations: config.evaluations,
        seed: config.seed,
        sets: splits.map((split) => evaluationSet(split, config.role, task, batches[split]!, labels)),
      },
      context,
    )
    return await outputOf(config, learner, input, trained)
  } finally {
    learner.dispose()
  }
}

/** Label set of every split that the supervisors labelled. */
async function weakLabels(context: StageContext, task: PreparedTask): Promise<BySplit<LabelSet>> {
  const labelsOf = readLabels(
    await context.need('labels', LABELS_FILE),
    `${context.job.needs['labels']}/${LABELS_FILE}`,
  )
  return eachSplit((split) => {
    const labels = labelsOf(split)
    const { rows, cols } = labels.targets
    const expected = [task.splits[split].length, choicesIn(choiceForm(task.form))]
    if ([rows, cols].join() !== expected.join())
      throw new Error(`labels of ${split}: expected [${expected.join(', ')}], got [${rows}, ${cols}]`)
    return labels
  })
}

function taughtLabels(config: TrainConfig, task: PreparedTask, labels: BySplit<LabelSet> | null): LabelSet {
  if (config.targets === 'truth') {
    return { targets: oneHot(truthOf(task.splits[config.trainOn]), choicesIn(choiceForm(task.form))) }
  }
  if (config.trainOn === 'weak' || !labels)
    throw new Error(`targets: expected weak labels of the split "${config.trainOn}", got none`)
  return labels[config.trainOn]
}

function evaluationSet(
  split: Split,
  role: Role,
  task: PreparedTask,
  batch: Batch,
  labels: BySplit<LabelSet> | null,
): EvaluationSet {
  const weak = split === 'weak' ? undefined : labels?.[split].targets
  const truth = truthOf(task.splits[split])
  const followed = followedSplits(role).includes(split)
  return { split, followed, batch, truth, weak: weak ? argmax(weak) : null }
}

async function outputOf(config: TrainConfig, learner: Learner, input: Input, trained: Trained<Choices>) {
  const kept = config.weights === 'keep' ? await input.files(await learner.save()) : []
  return {
    files: [...kept, { name: PREDICTIONS, bytes: writePredictions(trained.steps, trained.predictions) }],
    summary: {
      steps: trained.steps.at(-1)!,
      loss: trained.loss,
      parameters: parameterCount(learner.net),
    },
  }
}
