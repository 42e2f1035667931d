import { describe, expect, it } from 'vitest'
import { choices, type Answers } from '../../../src-main/science/answers'
import { comparison, contrasts, MOVES, type ComparedArm } from '../../../src-main/science/metrics'
import type { Move } from '../../../src-main/science/metrics/result'
import { ledgerOf, movesOf } from '../../../src-main/science/metrics/ledger'
import { createRng } from '../../../src-main/science/maths/rng'
import { signTest } from '../../../src-main/science/maths/sign-test'
import { mean } from '../../../src-main/science/maths/statistics'
import { parseSpec } from '../../../src-main/science/spec/parse'
import { planExperiment } from '../../../src-main/science/plan/plan'

const planned = (() => {
  const parsed = parseSpec({
    ...{ version: 1, name: 'Arms', tasks: ['spam'], seeds: [0, 1, 2] },
    weak: [
      { model: 'words', words: 20 },
      { model: 'words', words: 40 },
    ],
    strong: [{ model: 'vectors' }],
    methods: [{ method: 'naive' }, { method: 'confidence' }],
  })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const sources = { spam: { sha256: '0', title: 'Spam', classes: 2 } }
  return planExperiment(parsed.spec, { sources, checkpoints: {}, bundled: {}, backend: 'wasm' }).arms
})()
const armOf = (words: number, method: string) =>
  planned.find((arm) => arm.weak['words'] === words && arm.method.method === method)!

/** What a model says of four classes, as sure as can be. */
const saying = (decisions: readonly number[], options = 4): Answers =>
  choices(
    options,
    Float32Array.from(decisions.flatMap((d) => Array.from({ length: options - 1 }, (_, o) => Number(o + 1 === d)))),
  )

describe('the ledger', () => {
  // Truth is 0, the one supervisor says 1, the other one 2: every student may be right, copy, or err by itself.
  const [truth, weakA, weakB] = [Array<number>(9).fill(0), saying(Array(9).fill(1)), saying(Array(9).fill(2))]
  const against = { seed: 4, weak: weakA, ceiling: weakA, student: saying([0, 0, 0, 1, 1, 1, 3, 3, 3]) }
  const arm = { seed: 4, weak: weakB, ceiling: weakB, student: saying([0, 2, 3, 0, 2, 3, 0, 2, 1]) }

  it('knows every move, each by the supervisor of its own arm', () => {
    expect(MOVES).toHaveLength(9)
    expect(movesOf(against, arm, truth)).toEqual(MOVES)
  })

  it('puts every row under one of them, and adds up', () => {
    const ledger = ledgerOf(against, arm, truth)
    expect(ledger).toEqual({
      ...{ seed: 4, corrected: 2, broken: 2, p: 1 },
      moves: Object.fromEntries(MOVES.map((move) => [move, 1])),
    })
  })

  it('has of two classes no error that is both copied and one’s own, where the supervisor is one', () => {
    const rng = createRng('ledger')
    const draw = () =>
      saying(
        Array.from({ length: 500 }, () => rng.int(2)),
        2,
      )
    const [weak, one, other] = [draw(), draw(), draw()]
    const truth = Array.from({ length: 500 }, (_, i) => i % 2)
    const { moves } = ledgerOf(
      { seed: 0, weak, ceiling: weak, student: one },
      { seed: 0, weak, ceiling: weak, student: other },
      truth,
    )
    expect([moves['copied-own'], moves['own-copied']]).toEqual([0, 0])
    expect(Object.values(moves).reduce((a, b) => a + b)).toBe(500)
    expect(
      Math.min(moves['copied-right'], moves['right-copied'], moves['right-own'], moves['own-own']),
    ).toBeGreaterThan(0)
  })
})

describe('a comparison', () => {
  const N = 600
  const truth = Array.from({ length: N }, (_, i) => i % 2)
  const alone = truth.map((_, i) => `row ${i}`)
  const rng = createRng('comparison')
  const judge = (right: number) => truth.map((t) => (rng.next() < right ? t : 1 - t))
  const base = [0, 1, 2].map((seed) => {
    const [weak, student, ceiling] = [judge(0.7), judge(0.8), judge(0.95)] as const
    return { seed, weak, student, ceiling, better: student.map((d, i) => (i % 12 === 0 ? truth[i]! : d)) }
  })
  const of = (arm: ComparedArm['arm'], pick: 'student' | 'better', seeds = [0, 1, 2]): ComparedArm => ({
    ...{ arm, redraw: 'halves' },
    seeds: seeds.map((number) => {
      const { seed, weak, ceiling, ...students } = base[number]!
      return { seed, weak: saying(weak, 2), ceiling: saying(ceiling, 2), student: saying(students[pick], 2) }
    }),
  })
  const rows = { truth, groups: alone }
  const [naive, confidence] = [of(armOf(20, 'naive'), 'student'), of(armOf(20, 'confidence'), 'better')]
  const found = comparison({ arm: confidence, against: naive, stop: 'last' }, rows)

  it('has the numbers of the contrast of the two', () => {
    const [contrast] = contrasts([naive, confidence], truth, alone)
    const { student, pgr } = found.measures['accuracy']!
    expect({ student, pgr }).toEqual(contrast!.measures['accuracy'])
    expect(found).toMatchObject({ differ: ['method'], seeds: [0, 1, 2], only: { arm: [], against: [] }, stop: 'last' })
    expect(found).toMatchObject({ examples: N, groups: N })
    expect(found.covers).toContain('between 3 seeds')
  })

  it('has a ledger that is the difference of accuracy, seed by seed', () => {
    const { bySeed, student, of } = found.measures['accuracy']!
    for (const [s, { corrected, broken, p, moves }] of found.ledger.entries()) {
      expect((corrected - broken) / N).toBeCloseTo(bySeed[s]!.student, 12)
      expect(p).toBe(signTest(corrected, broken))
      expect(Object.values(moves).reduce((a, b) => a + b)).toBe(N)
    }
    expect(mean(bySeed.map((s) => s.student))).toBeCloseTo(student.value, 12)
    expect(of.arm.student.value - of.against.student.value).toBeCloseTo(student.value, 12)
    if (!of.arm.pgr.defined || !of.against.pgr.defined) throw new Error('expected two PGR')
    expect(of.arm.pgr.value - of.against.pgr.value).toBeCloseTo(found.measures['accuracy']!.pgr!.value, 12)
  })

  it('turns its sign, and every move, with its arms', () => {
    const turned = comparison({ arm: naive, against: confidence, stop: 'last' }, rows)
    const there = found.measures['accuracy']!.student
    expect(turned.measures['accuracy']!.student.value).toBeCloseTo(-there.value, 12)
    expect(turned.measures['accuracy']!.student.low).toBeCloseTo(-there.high, 12)
    const reverse = (move: Move) => move.split('-').toReversed().join('-') as Move
    for (const move of MOVES) expect(turned.ledger[1]!.moves[reverse(move)]).toBe(found.ledger[1]!.moves[move])
  })

  it('is over the seeds that both have, and names the others', () => {
    const part = comparison(
      {
        arm: of(armOf(20, 'confidence'), 'better', [1, 2]),
        against: of(armOf(20, 'naive'), 'student', [0, 1]),
        stop: 'last',
      },
      rows,
    )
    expect(part).toMatchObject({ seeds: [1], only: { arm: [2], against: [0] } })
    expect(part.ledger.map(({ seed }) => seed)).toEqual([1])
    expect(part.measures['accuracy']!.of.arm.student.seeds).toBe(1)
    expect(part.covers).toContain('not chance between trainings')
    expect(() =>
      comparison(
        { arm: of(armOf(20, 'naive'), 'student', [0]), against: of(armOf(20, 'naive'), 'student', [1]), stop: 'last' },
        rows,
      ),
    ).toThrow('a seed that both arms have')
  })

  it('has no difference of PGR where the gaps are of other models', () => {
    const other = comparison({ arm: of(armOf(40, 'confidence'), 'better'), against: naive, stop: 'last' }, rows)
    expect(other.differ).toEqual(['method', 'weak'])
    expect(other.measures['accuracy']).toMatchObject({ pgr: null, student: { value: expect.any(Number) as number } })
    expect(other.measures['accuracy']!.bySeed.map(({ pgr }) => pgr)).toEqual([null, null, null])
    expect(other.measures['accuracy']!.of.arm.pgr.defined).toBe(true)
  })

  it('says how many groups its rows come in', () => {
    const groups = truth.map((_, i) => `address ${i % 30}`)
    expect(comparison({ arm: confidence, against: naive, stop: 'last' }, { truth, groups })).toMatchObject({
      groups: 30,
      examples: N,
    })
  })
})
