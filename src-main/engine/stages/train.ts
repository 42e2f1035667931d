import { PREDICTIONS, writePredictions } from '../../data/predictions'
import { LOSSES } from '../../science/losses'
import type { Matrix } from '../../science/maths/matrix'
import { argmax } from '../../science/maths/matrix'
import { parameterCount } from '../../science/models/net'
import {
  followedSplits,
  LABELLED,
  predictedSplits,
  type Role,
  type Split,
  type TrainConfig,
} from '../../science/stages'
import type { PreparedTask } from '../../science/tasks/task'
import type { Batch, Learner } from '../backends/learner'
import type { StageContext } from '../context'
import { train as runLoop, type EvaluationSet, type Trained } from '../loop'
import { inputOf } from './inputs'
import type { Input } from './inputs/input'
import { oneHot } from './label'
import { needJson, needTensors, type StageRunner } from './stage'

/**
 * Trains one model and predicts its splits: `predictions.safetensors` (see `writePredictions`; of every evaluation or the
 * last, see `followedSplits`), and the weights with what they are for: `weights.safetensors` and `features.json`, or of a
 * pretrained transformer a folder as transformers has it.
 */
export const train: StageRunner<'train'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needJson<PreparedTask>(context, 'data', 'examples.json')
  const splits = predictedSplits(config.role)
  const input = await inputOf({ config, task, splits, context })
  const labels = stage.needs.labels === undefined ? null : await weakLabels(context, task)
  await context.breathe()

  const { net, batches } = input
  const learner = await backend!.create(net, { seed: config.seed, weights: await input.weights() }, input.options)
  try {
    const { loss, ...lossParams } = config.loss
    const trained = await runLoop(
      {
        learner,
        batch: batches[config.trainOn]!,
        targets: targetsOf(config, task, labels),
        loss: LOSSES[loss]!,
        lossParams,
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

/** Label set of every split that the supervisor labelled, [n, classes]. */
async function weakLabels(context: StageContext, task: PreparedTask): Promise<Map<Split, Matrix>> {
  const tensorOf = await needTensors(context, 'labels', 'labels.safetensors')
  return new Map(
    LABELLED.map((split) => {
      const { shape, data } = tensorOf(split)
      const expected = [task.splits[split].length, task.classes.length]
      if (shape.join() !== expected.join())
        throw new Error(`labels of ${split}: expected [${expected.join(', ')}], got [${shape.join(', ')}]`)
      return [split, { rows: shape[0]!, cols: shape[1]!, data }]
    }),
  )
}

function targetsOf(config: TrainConfig, task: PreparedTask, labels: Map<Split, Matrix> | null): Matrix {
  if (config.targets === 'truth') {
    const truth = task.splits[config.trainOn].map((e) => e.label)
    return oneHot(truth, task.classes.length)
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
  const truth = Uint8Array.from(task.splits[split], (e) => e.label)
  const followed = followedSplits(role).includes(split)
  return { split, followed, batch, truth, weak: weak ? argmax(weak) : null }
}

async function outputOf(config: TrainConfig, learner: Learner, input: Input, trained: Trained) {
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
