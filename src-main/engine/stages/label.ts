import { writeSafetensors } from '../../data/checkpoints/safetensors'
import { PREDICTIONS, readPredictions } from '../../data/predictions'
import { readTexts, TEXT_LABELS, TEXTS, writeTexts } from '../../data/texts'
import { count, decisions, distributions, optionsIn, type Answers, type Decision } from '../../science/answers'
import { zeros, type Matrix } from '../../science/maths/matrix'
import { accuracy } from '../../science/metrics'
import { LABELLED, type LabelConfig, type Split } from '../../science/stages'
import { choiceForm, choicesIn, truthOf } from '../../science/tasks'
import type { NewFile } from '../artifacts'
import type { StageContext } from '../context'
import { needTask, type StageRunner } from './stage'

/**
 * What a supervisor says of the examples that it was not taught on, by its last evaluation. Of choices
 * `labels.safetensors`, per split [n, choices], probabilities (soft) or one-hot decisions (hard); of texts `labels.json`,
 * those that it wrote (see `writeTexts`), whatever the form: there are no probabilities of other ones.
 */
export const label: StageRunner<'label'> = async (stage, context) => {
  const task = await needTask(context)
  const summary: Record<string, number> = {}
  const file = task.form.kind === 'text' ? await labelTexts() : await labelChoices(stage.config)
  return { files: [file], summary }

  async function labelChoices({ form }: LabelConfig): Promise<NewFile> {
    const choices = choicesIn(choiceForm(task.form))
    const saidOf = readPredictions(...(await answersOf(context, PREDICTIONS)))
    const tensors = LABELLED.map((split) => {
      const last = saidOf(split).answers.at(-1)!
      judge(split, last, choices)
      const labels = form === 'hard' ? oneHot(decisions(last), choices) : distributions(last)
      return { name: split, shape: [labels.rows, labels.cols], data: labels.data }
    })
    return { name: 'labels.safetensors', bytes: writeSafetensors(tensors) }
  }

  async function labelTexts(): Promise<NewFile> {
    const saidOf = readTexts(...(await answersOf(context, TEXTS)))
    const last = LABELLED.map((split) => [split, saidOf(split).answers.at(-1)!] as const)
    for (const [split, said] of last) judge(split, said, 0)
    const { steps } = saidOf('test')
    return {
      name: TEXT_LABELS,
      bytes: writeTexts(steps.slice(-1), new Map(last.map(([split, said]) => [split, [said]]))),
    }
  }

  /** Counts how many of a supervisor's answers are right. @throws Error where they are not of the task's examples */
  function judge(split: Split, said: Answers, choices: number): void {
    const [expected, got] = [`${task.splits[split].length} of ${choices}`, `${count(said)} of ${optionsIn(said)}`]
    if (got !== expected) throw new Error(`predictions of ${split}: expected ${expected} choices, got ${got}`)
    summary[`accuracy_${split}`] = accuracy(decisions(said), truthOf(task.splits[split]))
  }
}

/** A file of the supervisor's training, with its name for messages. */
async function answersOf(context: StageContext, file: string): Promise<[bytes: Uint8Array, name: string]> {
  return [await context.need('model', file), `${context.job.needs['model']}/${file}`]
}

/** One row a decision, 1 in its column. */
export function oneHot(decisions: ArrayLike<Decision>, choices: number): Matrix {
  const out = zeros(decisions.length, choices)
  for (let i = 0; i < out.rows; i++) out.data[i * choices + Number(decisions[i])] = 1
  return out
}
