import { describe, expect, it } from 'vitest'
import { writeSafetensors } from '../../src-main/data/checkpoints/safetensors'
import { readLabels, writeLabels } from '../../src-main/data/labels'
import { eachSplit, type LabelSet } from '../../src-main/science/labels'

const matrix = (rows: number, cols: number, ...data: number[]) => ({ rows, cols, data: Float32Array.from(data) })
const plain: LabelSet = { targets: matrix(2, 2, 0.25, 0.75, 1, 0) }
const whole: LabelSet = {
  ...plain,
  weights: Float32Array.from([0.5, 1.5]),
  teachers: [matrix(2, 2, 0.5, 0.5, 1, 0), matrix(2, 2, 0, 1, 1, 0), matrix(2, 2, 0.25, 0.75, 1, 0)],
}
const tensor = (name: string, shape: number[]) => ({
  ...{ name, shape },
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
})

describe('labels', () => {
  it('of one supervisor that weigh nothing are three tensors, as they always were', () => {
    const { data } = plain.targets
    const before = ['transfer', 'validation', 'test'].map((name) => ({ name, shape: [2, 2], data }))
    expect(writeLabels(eachSplit(() => plain))).toEqual(writeSafetensors(before))
  })

  it.each([
    ['plain', plain],
    ['weights and teachers', whole],
  ])('are read as they were written: %s', (_what, labels) => {
    const read = readLabels(writeLabels({ ...eachSplit(() => plain), transfer: labels }), 'l.safetensors')
    expect([read('transfer'), read('validation'), read('test')]).toEqual([labels, plain, plain])
  })

  it.each([
    [[tensor('test', [2, 2])], 'l.safetensors: expected a tensor "transfer", got test'],
    [[tensor('transfer', [4])], 'l.safetensors: transfer: expected [n, n], got [4]'],
    [
      [tensor('transfer', [2, 2]), tensor('transfer.weights', [3])],
      'l.safetensors: transfer.weights: expected [2], got [3]',
    ],
    [
      [tensor('transfer', [2, 2]), tensor('transfer.teachers', [3, 2, 1])],
      'l.safetensors: transfer.teachers: expected [n, 2, 2], got [3, 2, 1]',
    ],
  ])('are refused where they are not whole', (tensors, message) => {
    expect(() => readLabels(writeSafetensors(tensors), 'l.safetensors')('transfer')).toThrow(message)
  })
})
