import type { Computed } from '../backends'
import type { Wording } from '../prompts'
import { defineKind } from './kind'

export interface PromptConfig extends Wording, Computed {
  /** Content key of the model. */
  checkpoint: string
  /** Longer texts are cut, as where the model is trained. */
  tokens: number
  /** Number of examples in the prompt. */
  shots: number
  /** A word for every class; not given where every example has options of its own. */
  answers?: readonly string[]
  /** Draws the examples; null where there are none. */
  seed: number | null
}

/** Number of answers that are told where every example has its own: most have two. */
const OPTIONS = 2

const meanLength = (texts: readonly string[]) =>
  texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length)

/**
 * What a pretrained model, as it is, says of the test split when it is prompted: of every answer how likely it holds that.
 * The examples of the prompt come from the transfer half, with ground truth or with the need `labels`.
 */
export const prompt = defineKind<PromptConfig>()({
  version: 1,
  needs: { data: 'always', labels: 'sometimes' },
  word: () => 'prompted',
  heading: () => 'Prompt',
  role: () => 'reference',
  backend: ({ backend }) => backend,
  speaks: true,
  bundled: { files: ['predictions.safetensors'], folder: 'evaluations' },
  reads: ({ checkpoint }) => ({ tasks: [], models: [checkpoint] }),
  // Texts read, one longer or shorter than another: those of the prompt once for every answer. Options are the texts.
  work: ({ shots, answers }, { test }) => test * (shots + 1) * (answers?.length ?? 1),
  around: ({ template, answers = [], instruction, shots }) =>
    template.replace(/\{text\}|\{answer\}/g, '').length + meanLength(answers) + instruction.length / (shots + 1),
  like: ({ backend, checkpoint }) => [backend, checkpoint],
  bytes: ({ answers }, { test }) => 4 * test * (answers?.length ?? OPTIONS),
})
