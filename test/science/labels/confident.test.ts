import { expect, it } from 'vitest'
import { choices, confidence, decisions, distributions } from '../../../src-main/science/answers'
import { eachSplit, labelsBy } from '../../../src-main/science/labels'
import { confident } from '../../../src-main/science/labels/confident'
import { softmax } from '../../../src-main/science/maths/matrix'
import { createRng } from '../../../src-main/science/maths/rng'

const labels = (options: number, p: readonly number[]) => {
  const said = choices(options, Float32Array.from(p))
  return { said, ...labelsBy(confident, [eachSplit(() => said)]).transfer }
}

it('keeps the surest fifth of each class, rounded up, and the first of equals', () => {
  // Six are given to class 1, of which two stay; three to class 0, of which one does.
  const { weights, targets, said } = labels(2, [0.9, 0.6, 0.1, 0.97, 0.2, 0.9, 0.8, 0.1, 0.7])
  expect([...weights!]).toEqual([3, 0, 3, 3, 0, 0, 0, 0, 0])
  expect(targets).toEqual(distributions(said))
})

it.each([2, 3, 5])('of %i classes: none that is left out is surer than one of its class that stays', (options) => {
  const rng = createRng(`surest of ${options}`)
  const logits = { rows: 203, cols: options, data: Float32Array.from({ length: 203 * options }, () => 3 * rng.next()) }
  const p = softmax(logits).data.filter((_, i) => i % options > 0)
  const { said, weights } = labels(options, [...p])
  const [sure, decided] = [confidence(said), decisions(said)]
  let stay = 0
  for (let option = 0; option < options; option++) {
    const given = [...decided.keys()].filter((i) => decided[i] === option)
    const [kept, left] = [true, false].map((is) => given.filter((i) => weights![i]! > 0 === is))
    expect(kept!.length).toBe(Math.ceil(given.length / 5))
    expect(Math.min(...kept!.map((i) => sure[i]!))).toBeGreaterThanOrEqual(Math.max(...left!.map((i) => sure[i]!)))
    stay += kept!.length
  }
  // They count so much more that all together count as before.
  expect(new Set(weights)).toEqual(new Set([0, Math.fround(203 / stay)]))
})

it('leaves no class that the supervisor gave to anything without an example', () => {
  expect([...labels(2, [0.9, 0.8, 0.3]).weights!]).toEqual([1.5, 0, 1.5])
})
