import { writeSafetensors } from '../../data/checkpoints/safetensors'
import { createEncoder, fitFeatures, type Features } from '../../data/features'
import { parseVectors } from '../../data/pretrain'
import { LOSSES } from '../../science/losses'
import type { Matrix } from '../../science/matrix'
import { argmax } from '../../science/matrix'
import { MODELS } from '../../science/models'
import { sizeOf, type NetSpec } from '../../science/models/net'
import { SPLITS, type Split, type TrainConfig } from '../../science/stages'
import type { PreparedTask } from '../../science/tasks/task'
import { poolEmbeddings } from '../backends/batches'
import type { Batch, GivenTensor, Learner } from '../backends/learner'
import { train as runLoop, type EvaluationSet, type Trained } from '../loop'
import { LABELLED, oneHot } from './label'
import { jsonFile, needJson, needTensors, type StageContext, type StageRunner } from './stage'

/**
 * Trains one model and predicts every split at every evaluation: `weights.safetensors`, `features.json` (what the
 * weights are for: features and net), and `predictions.safetensors` (`steps` [evaluations], and for every split
 * [evaluations, n, classes − 1]).
 */
export const train: StageRunner<'train'> = async (stage, context, backend) => {
  const { config } = stage
  const task = await needJson<PreparedTask>(context, 'data', 'examples.json')
  const input = await encode(config, task, context)
  const labels = stage.needs.labels === undefined ? null : await weakLabels(context, task)
  await context.checkpoint()

  const learner = await backend!.create(input.net, { seed: config.seed, weights: input.weights })
  try {
    const { loss, ...lossParams } = config.loss
    const trained = await runLoop(
      {
        learner,
        batch: input.batches[config.trainOn],
        targets: targetsOf(config, task, labels),
        loss: LOSSES[loss]!,
        lossParams,
        optimiser: config.optimiser,
        evaluations: config.evaluations,
        seed: config.seed,
        sets: SPLITS.map((split) => evaluationSet(split, task, input.batches[split], labels)),
      },
      context,
    )
    return await outputOf(learner, input, task, trained)
  } finally {
    learner.dispose()
  }
}

interface Input {
  features: Features
  net: NetSpec
  /** Those that do not come from the seed. */
  weights: GivenTensor[]
  batches: Record<Split, Batch>
}

/** Texts as the model sees them, and the net over that. */
async function encode(config: TrainConfig, task: PreparedTask, context: StageContext): Promise<Input> {
  const { model, ...params } = config.model
  const variant = MODELS[model]!
  const texts = (split: Split) => task.splits[split].map((e) => e.text)
  const vectors = variant.pretrained
    ? parseVectors(
        await context.need('vectors', 'vectors.safetensors'),
        await context.need('vectors', 'vocabulary.json'),
      )
    : null
  const vocabulary = vectors?.vocabulary ?? []
  const features = fitFeatures(variant.features(params), texts('weak'), vocabulary)
  const encoder = createEncoder(features)
  const batches = {} as Record<Split, Batch>
  for (const split of SPLITS) {
    batches[split] = encoder(texts(split))
    await context.checkpoint()
  }
  const width = vectors ? vectors.embeddings.cols : features.words.length
  const net = variant.net(params, { width, vocabulary: vocabulary.length, classes: task.classes.length })
  return freeze({ features, net, weights: vectors ? [embeddingsOf(vectors.embeddings)] : [], batches })
}

const embeddingsOf = ({ rows, cols, data }: Matrix): GivenTensor => ({ name: 'embeddings', shape: [rows, cols], data })

/**
 * A net over frozen embeddings is an MLP over their means: these are computed once for the whole training instead of
 * once a step, and the embeddings stay out of the weights.
 */
function freeze(input: Input): Input {
  const { net, weights, batches } = input
  const embeddings = weights[0]?.data
  if (net.kind !== 'bag' || net.tuneEmbeddings || !embeddings) return input
  const pooled = {} as Record<Split, Batch>
  for (const split of SPLITS) {
    const batch = batches[split]
    pooled[split] = 'dense' in batch ? batch : { n: batch.n, dense: poolEmbeddings(batch, embeddings, net.width) }
  }
  const { width, hidden, classes } = net
  return { ...input, net: { kind: 'mlp', input: width, hidden, classes }, weights: [], batches: pooled }
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
  task: PreparedTask,
  batch: Batch,
  labels: Map<Split, Matrix> | null,
): EvaluationSet {
  const weak = labels?.get(split)
  const truth = Uint8Array.from(task.splits[split], (e) => e.label)
  return { split, batch, truth, weak: weak ? argmax(weak) : null }
}

async function outputOf(learner: Learner, { features, net }: Input, task: PreparedTask, trained: Trained) {
  const weights = await learner.save()
  const evaluations = trained.steps.length
  const predictions = SPLITS.map((split) => {
    const data = Float32Array.from(trained.predictions.get(split)!.flatMap((p) => [...p]))
    return { name: split, shape: [evaluations, task.splits[split].length, task.classes.length - 1], data }
  })
  const steps = { name: 'steps', shape: [evaluations], data: Float32Array.from(trained.steps) }
  // The words of pretrained vectors are those of need `vectors`; only the words chosen from this task are kept here.
  const kept = features.kind === 'words' ? features : { kind: features.kind }
  return {
    files: [
      { name: 'weights.safetensors', bytes: writeSafetensors(weights) },
      jsonFile('features.json', { features: kept, net }),
      { name: 'predictions.safetensors', bytes: writeSafetensors([steps, ...predictions]) },
    ],
    summary: {
      steps: trained.steps.at(-1)!,
      loss: trained.loss,
      parameters: weights.reduce((sum, t) => sum + sizeOf(t), 0),
    },
  }
}
