import { decisions, probability } from '../answers'
import type { SeedPredictions } from './predictions'

/**
 * How a student's answer to one example went over its training (Swayamdipta et al. 2020, arXiv 2009.10795 2, there of the
 * examples that are learnt from; here of test rows), over its E evaluations after step 0:
 * confidence μ = Σ_e p_e / E in the right answer, variability σ = √(Σ_e (p_e − μ)² / E), and the share of evaluations at
 * which it is right.
 */
export interface Dynamics {
  confidence: number
  variability: number
  correctness: number
}

/** Of every test example, in the order of the split; null of texts, and where there is no evaluation after step 0. */
export function dynamicsOf({ steps, student, truth }: SeedPredictions): Dynamics[] | null {
  const said = student.filter((answers, e) => steps[e]! > 0 && answers.kind === 'choice')
  const times = said.length
  if (times === 0) return null
  const decided = said.map((answers) => decisions(answers))
  const held = new Float64Array(times)
  return Array.from(truth, (right, i): Dynamics => {
    let [sum, correct] = [0, 0]
    for (let e = 0; e < times; e++) {
      held[e] = probability(said[e]!, i, right)
      sum += held[e]!
      if (decided[e]![i] === right) correct++
    }
    const confidence = sum / times
    let squares = 0
    for (const p of held) squares += (p - confidence) ** 2
    return { confidence, variability: Math.sqrt(squares / times), correctness: correct / times }
  })
}
