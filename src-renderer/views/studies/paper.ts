// Curves of the paper's figures, for an overlay where both axes mean the same as ours.
import figures from '../../../resources/paper/figures.json'
import type { MetricInfo, TaskInfo } from '../../lib/types'

export interface PaperFigure {
  /** "Burns et al. 2023, figure 3a, read off the figure: medians of 22 tasks of language". */
  title: string
  how: string
  lines: readonly { weak: string; points: readonly { ceiling: number; student: number }[] }[]
}

type Name = keyof typeof figures.figures

/**
 * The figure whose axes, accuracy of the ceiling and of the student, mean what they do here: accuracy over as many choices.
 * The tasks are others. Null where the paper has none.
 */
export function paperFigure(
  task: Pick<TaskInfo, 'id' | 'form' | 'classes'> | undefined,
  metric: MetricInfo,
): PaperFigure | null {
  const name = task && metric.id === 'accuracy' ? nameFor(task) : null
  if (!name) return null
  const { about, lines } = figures.figures[name]
  return { title: `Burns et al. 2023, figure ${name}, read off the figure: ${about}`, how: figures.how, lines }
}

function nameFor({ id, form, classes }: Pick<TaskInfo, 'id' | 'form' | 'classes'>): Name | null {
  if (id === 'chess-puzzles') return '3b'
  if (classes.length !== 2) return null
  return form === 'options' ? '3c' : '3a'
}
