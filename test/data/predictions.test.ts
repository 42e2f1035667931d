import { describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src-main/data/checkpoints/safetensors'
import { readMetrics, writeMetrics } from '../../src-main/data/metrics'
import { readPredictions, writePredictions } from '../../src-main/data/predictions'
import { readTexts, retold, writeTexts } from '../../src-main/data/texts'
import { choices, type Texts } from '../../src-main/science/answers'

const tensor = (name: string, shape: number[], values: number[]) => ({ name, shape, data: Float32Array.from(values) })

describe('predictions', () => {
  const bytes = writeSafetensors([
    tensor('steps', [3], [0, 5, 9]),
    tensor('test', [3, 2, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
    tensor('transfer', [1, 4, 1], [0.5, 0.25, 0.125, 1]),
    tensor('three', [2, 1, 2], [0.5, 0.25, 0.125, 0]),
    tensor('odd', [4, 1, 1], [1, 1, 1, 1]),
    tensor('flat', [2], [1, 1]),
  ])
  const of = readPredictions(bytes, 'p.safetensors')

  it('are read split by split, of all evaluations or of the last ones', () => {
    expect(of('test').steps).toEqual([0, 5, 9])
    expect(of('test').answers.map(({ probabilities }) => [...probabilities])).toEqual(
      [
        [0.1, 0.2],
        [0.3, 0.4],
        [0.5, 0.6],
      ].map((row) => row.map(Math.fround)),
    )
    expect(of('transfer')).toEqual({ steps: [9], answers: [choices(2, Float32Array.from([0.5, 0.25, 0.125, 1]))] })
    expect(of('three')).toEqual({
      steps: [5, 9],
      answers: [choices(3, Float32Array.from([0.5, 0.25])), choices(3, Float32Array.from([0.125, 0]))],
    })
  })

  it('are written as they are read', () => {
    const splits = ['test', 'transfer', 'three'].map((split) => [split, of(split).answers] as const)
    const written = writePredictions([0, 5, 9], new Map(splits))
    expect(splits.map(([split]) => readPredictions(written, '')(split))).toEqual(splits.map(([split]) => of(split)))
  })

  it.each(['validation', 'odd', 'flat', 'steps'])('are refused where there are none: %s', (split) => {
    expect(() => of(split)).toThrow(`p.safetensors: expected predictions of the split "${split}" at 1 to 3 steps`)
  })
})

describe('texts', () => {
  const said = (...texts: string[]): Texts => ({
    kind: 'text',
    texts,
    likelihood: Float32Array.from(texts, (_, i) => -1 / (3 + i)),
  })
  const splits = new Map([
    ['test', [said(' Nf3', ''), said('"', ' é\n\u2028')]],
    ['transfer', [said('a', 'b', '=1+1')]],
  ])
  const bytes = writeTexts([0, 7], splits)
  const of = readTexts(bytes, 't.json')

  it('come back to the letter and the bit, of all evaluations or of the last ones', () => {
    expect(of('test')).toEqual({ steps: [0, 7], answers: splits.get('test') })
    expect(of('transfer')).toEqual({ steps: [7], answers: splits.get('transfer') })
    expect(writeTexts([0, 7], new Map([...splits.keys()].map((split) => [split, of(split).answers])))).toEqual(bytes)
  })

  it('are told in other words, their likelihoods as they were', () => {
    const again = readTexts(
      retold(bytes, 't.json', (text) => `${text.length}`),
      '',
    )
    expect(again('test').answers.map(({ texts }) => texts)).toEqual([
      ['4', '0'],
      ['1', '4'],
    ])
    expect(again('test').answers[1]!.likelihood).toEqual(splits.get('test')![1]!.likelihood)
  })

  it.each([
    ['no JSON', '{"format"', 'expected JSON'],
    ['another version', { version: 2 }, 'got at "version"'],
    ['another document', { format: 'x' }, 'got at "format"'],
    ['likelihoods of others', { splits: { test: [{ texts: ['a'], likelihood: [1, 2] }] } }, 'as many texts of "test"'],
    [
      'other examples at another step',
      { splits: { test: [[], ['a']].map((texts) => ({ texts, likelihood: texts.map(() => 0) })) } },
      'as many texts of "test"',
    ],
  ])('are refused by name: %s', (_, change, message) => {
    const whole = JSON.parse(new TextDecoder().decode(bytes)) as object
    const text = typeof change === 'string' ? change : JSON.stringify({ ...whole, ...change })
    expect(() => readTexts(new TextEncoder().encode(text), 't.json')).toThrow('t.json: ')
    expect(() => readTexts(new TextEncoder().encode(text), 't.json')).toThrow(message)
  })

  it('are refused where there are none', () => {
    expect(() => of('validation')).toThrow('t.json: expected texts of the split "validation" at 1 to 2 steps')
    expect(() => of('toString')).toThrow('expected texts')
  })
})

describe('metrics', () => {
  it('come back to the last digit, series by series', () => {
    const metrics = [
      { name: 'loss', split: '', step: 0, value: 0.1 + 0.2 },
      { name: 'accuracy', split: 'test', step: 0, value: 1 / 3 },
      { name: 'loss', split: '', step: 1, value: Number.MIN_VALUE },
      { name: 'accuracy', split: 'validation', step: 0, value: NaN },
      { name: 'loss', split: '', step: 2, value: Number.MAX_VALUE },
    ]
    const order = [0, 2, 4, 1, 3]
    expect(readMetrics(writeMetrics(metrics))).toEqual(order.map((i) => metrics[i]))
    expect(Buffer.from(writeMetrics(metrics))).toEqual(Buffer.from(writeMetrics(metrics)))
    expect(readMetrics(writeMetrics([]))).toEqual([])
  })

  it('are refused when they are no such file', () => {
    expect(() => readMetrics(Buffer.from('{}'))).toThrow()
  })
})
