import type { Computed } from '../backends'
import { createRng } from '../maths/rng'
import { MODELS } from '../models'
import type { ModelVariant } from '../models/model'
import type { OptimiserSpec } from '../optimiser'
import { evaluationSteps, stepCount } from '../schedule'
import type { LossChoice, ModelChoice } from '../spec/choices'
import { defineKind, type Role } from './kind'
import { LABELLED, SPLITS, type Split, type Work } from './splits'

/** One of several parts of a split, counted from 0. */
export interface Part {
  index: number
  of: number
}

export interface TrainConfig extends Computed {
  role: Role
  model: ModelChoice
  /** Content key of the pretrained model that is finetuned. */
  checkpoint?: string
  /** Split whose examples are trained on. */
  trainOn: 'weak' | 'transfer'
  /** Which of so many equal parts of them, drawn by the seed (see `rowsOf`); all where it is not given. */
  part?: Part
  /** `truth`: ground truth; `labels`: the label set of need `labels`. */
  targets: 'truth' | 'labels'
  loss: LossChoice
  optimiser: OptimiserSpec
  /** Number of evaluations, spread evenly over training; step 0 and the last step always among them. */
  evaluations: number
  weights: 'keep' | 'drop'
  seed: number
}

/** Which rows of a split of so many a training learns from: parts are equal, and no row is in two of them. */
export function rowsOf(count: number, { part, seed }: Pick<TrainConfig, 'part' | 'seed'>): number[] {
  const all = Array.from({ length: count }, (_, i) => i)
  if (!part) return all
  const size = Math.floor(count / part.of)
  return createRng(`parts ${seed}`)
    .shuffle(all)
    .slice(part.index * size, (part.index + 1) * size)
}

/** The splits that a training predicts: its supervisor's half is of no interest to a student or a ceiling. */
export function predictedSplits(role: Role): readonly Split[] {
  return role === 'weak' ? SPLITS : LABELLED
}

/**
 * Those of them that are predicted at every evaluation; the others, the large halves among them, at the last one alone.
 * Who reads what: curves, and of a student the stop rules and the inspector's history, read the test split at every
 * evaluation; the stop by weak labels reads a student's validation split at every one, its supervisor's at the last.
 * Labels are a supervisor's last answers (`label`), and nobody reads earlier ones of the halves that are trained on.
 */
export function followedSplits(role: Role): readonly Split[] {
  return role === 'student' ? ['validation', 'test'] : ['test']
}

/**
 * Whether a training predicts the test sets from elsewhere, at its last evaluation alone. All three models do that a PGR
 * is made of; nothing is chosen by these sets, so nobody reads an earlier answer.
 */
export const asksElsewhere = (role: Role): boolean => role !== 'reference'

const HEADINGS: Record<Role, string> = {
  weak: 'Train supervisors',
  student: 'Train students',
  ceiling: 'Train ceilings',
  reference: 'Train references',
}

/** Bytes of the weights of what is trained, by what it starts from; of a pretrained model by its size. */
const BYTES_OF_WEIGHTS: Record<ModelVariant['start'], number> = {
  words: 16 * 1024,
  vectors: 8 * 1024 ** 2,
  features: 16 * 1024,
  checkpoint: 0,
}

/** Examples of a small net that take as long as what a step does beside its batch, whatever that is of; see LOG.md. */
const BESIDE_A_STEP = 64

/** Examples that a training has before it, as its net reads them. */
export function examplesBefore(role: Role, sizes: Work): number {
  const others = asksElsewhere(role) ? (sizes.elsewhere ?? 0) : 0
  return predictedSplits(role).reduce((sum, split) => sum + sizes[split], others)
}

/** Examples that a training predicts, one that it predicts again counted again. */
function predictionsOf(role: Role, evaluations: number, sizes: Work): number {
  const followed = followedSplits(role)
  const times = (split: Split) => (followed.includes(split) ? evaluations : 1)
  const others = asksElsewhere(role) ? (sizes.elsewhere ?? 0) : 0
  return predictedSplits(role).reduce((sum, split) => sum + times(split) * sizes[split], others)
}

/** Trains one model and predicts its splits. */
export const train = defineKind<TrainConfig>()({
  version: 1,
  needs: {
    data: 'always',
    vectors: 'sometimes',
    adapted: 'sometimes',
    features: 'sometimes',
    // A training of a probe, at which the head starts.
    probe: 'sometimes',
    labels: 'sometimes',
  },
  word: ({ role }) => role,
  heading: ({ role }) => HEADINGS[role],
  role: ({ role }) => role,
  backend: ({ backend }) => backend,
  learns: true,
  bundled: { files: ['predictions.safetensors', 'texts.json'], folder: 'evaluations' },
  reads: ({ checkpoint }) => ({ tasks: [], models: checkpoint === undefined ? [] : [checkpoint] }),
  work({ role, model: { model }, optimiser, trainOn, part, evaluations }, sizes) {
    const steps = stepCount(Math.floor(sizes[trainOn] / (part?.of ?? 1)), optimiser)
    const beside = MODELS[model]!.start === 'checkpoint' ? 0 : BESIDE_A_STEP
    // Examples passed forward; forward and backward take about three times what forward alone takes.
    return (
      3 * steps * (optimiser.batch + beside) + predictionsOf(role, evaluationSteps(steps, evaluations).length, sizes)
    )
  },
  numbers({ model: { model, ...params } }) {
    const variant = MODELS[model]!
    return variant.start === 'checkpoint' ? variant.read(params) : {}
  },
  like: ({ backend, model, checkpoint = [] }) => [backend, model.model].concat(checkpoint),
  bytes({ role, model, weights, evaluations }, sizes, pretrained) {
    const trained = pretrained ? 4 * pretrained.parameters : BYTES_OF_WEIGHTS[MODELS[model.model]!.start]
    // Four bytes a prediction.
    return (weights === 'drop' ? 0 : trained) + 4 * predictionsOf(role, evaluations, sizes)
  },
})
