import { PREDICTIONS, writePredictions } from '../../data/predictions'
import { LOSSES } from '../../science/losses'
import type { Matrix } from '../../science/maths/matrix'
import { argmax } from '../../science/maths/matrix'
import { labelStats } from '../../science/labels/statistics'
import { parameterCount } from '../../science/models/net'
import {
  followedSplits,
  LABELLED,
  predictedSplits,
  type Role,
  type Split,
  type TrainConfig,
} from '../../science/stages'
import { choiceForm, choicesIn, truthOf, type PreparedTask } from '../../science/tasks'
import type { Batch, Learner } from '../backends/learner'
import type { Choices } from '../../science/answers'
import { ASKING } from '../asking'
import type { StageContext } from '../context'
import { train as runLoop, type EvaluationSet, type Trained } from '../loop'
import { inputOf } from './inputs'
import type { Input } from './inputs/input'
import { oneHot } from './label'
import { needTask, needTensors, type StageRunner } from './stage'

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
    const targets = targetsOf(config, task, labels)
    const labelSet = labelStats(targets)
    const trained = await runLoop(
      {
        learner,
        asking: ASKING[choiceForm(task.form).kind]({ batch: batches[config.trainOn]!, targets }),
        loss: (batch) => LOSSES[loss]!.compute({ ...batch, labelSet }, lossParams),
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

function targetsOf(config: TrainConfig, task: PreparedTask, labels: Map<Split, Matrix> | null): Matrix {
  if (config.targets === 'truth') {
    return oneHot(truthOf(task.splits[config.trainOn]), choicesIn(choiceForm(task.form)))
  }
  const found = labels?.get(config.trainOn)
  if (!found) throw new Error(`targets: expected weak labels of the split "${config.trainOn}", got none`)
  return found
}

function evaluationSet(
  split: Split,
  role: Role,
  task: PreparedTask,
  batch: Batch,
  labels: Map<Split, Matrix> | null,
): EvaluationSet {
  const weak = labels?.get(split)
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
