import type { ParamTable, Values } from '../spec/params'

/** How much the student's own answer counts, over the training: parameters of the losses that mix it with the labels. */
export const ALPHA = {
  alphaMax: {
    type: 'number',
    default: 0.5,
    min: 0,
    max: 1,
    label: 'Largest alpha',
    source: 'arXiv 2312.09390 A.4',
    help: 'Weight of the student’s own hardened predictions after the warm-up. The paper takes 0.75 for its largest students and 0.5 for the others; 0 is naive finetuning.',
  },
  warmup: {
    type: 'number',
    default: 0.2,
    min: 0,
    max: 1,
    label: 'Warm-up',
    unit: 'fraction of training',
    source: 'arXiv 2312.09390 A.4',
    onlyWhere: { param: 'schedule', is: ['linear', 'reference-bug'] },
    help: 'How long alpha rises. The paper takes 0.2, the published code 0.1.',
  },
  schedule: {
    type: 'choice',
    default: 'linear',
    label: 'Alpha schedule',
    source: 'openai/weak-to-strong loss.py and pull request 33',
    help: 'How alpha reaches its largest value.',
    options: [
      { value: 'linear', label: 'linear', help: 'From 0 in a straight line over the warm-up.' },
      {
        value: 'paper',
        label: 'as in the paper',
        help: 'In a straight line over the first 20 %, whatever the warm-up.',
      },
      {
        value: 'reference-bug',
        label: 'as in the published code',
        help: 'Alpha is the fraction of training done times its largest value, then jumps to it after the warm-up.',
      },
    ],
  },
} as const satisfies ParamTable
type AlphaParams = Values<typeof ALPHA>

const PAPER_WARMUP = 0.2

/**
 * Weight of the student's own predictions at `progress` in [0, 1].
 * `reference-bug` is openai/weak-to-strong@6b450f2 loss.py:96: alphaMax · progress up to and with the end of the
 * warm-up, then alphaMax at once. The paper (A.4) and pull request 33 rise in a straight line to alphaMax.
 */
export function alphaAt(progress: number, params: AlphaParams): number {
  const { alphaMax, warmup, schedule } = params
  if (schedule === 'reference-bug') return alphaMax * (progress > warmup ? 1 : progress)
  const end = schedule === 'paper' ? PAPER_WARMUP : warmup
  return alphaMax * (progress >= end ? 1 : progress / end)
}
