import { expect, test } from 'vitest'
import { openLab, tinySpec } from './tools'

const pocket = { model: 'pretrained', checkpoint: 'pocket-s', tokens: 8 }

test('a task is shown as its data stage cuts it, and by the tokens of the models that read it', async () => {
  const { calls } = await openLab({})
  const spec = tinySpec({ tasks: ['sotu'], weak: [pocket], optimiser: {} })
  const { rows, names, splits, examples, lengths } = await calls.taskShown({ spec, task: 'sotu' })
  expect(rows).toBe(15_000)
  expect(names).toHaveLength(2)
  expect(splits).toMatchObject({
    weak: { examples: 40, balance: [20, 20] },
    transfer: { examples: 40, balance: [20, 20] },
    validation: { examples: 20, balance: [10, 10] },
    test: { examples: 20, balance: [10, 10] },
  })
  expect(examples).toHaveLength(4)
  expect(names).toContain(examples[0]!.right)
  expect(examples[0]!.text.length).toBeGreaterThan(10)
  // The student is no reader of tokens.
  expect(lengths).toMatchObject([{ texts: 40, limit: 8, cut: 1 }])
  expect(lengths[0]!.longest).toBeGreaterThanOrEqual(lengths[0]!.median)
  expect(lengths[0]!.median).toBeGreaterThan(8)

  const pairs = await calls.taskShown({ spec: tinySpec({ tasks: ['snippet-pairs'] }), task: 'snippet-pairs' })
  expect(pairs.examples[0]!.options).toHaveLength(2)
  expect(pairs.examples[0]!.right).toBe(`option ${1 + pairs.examples[0]!.at!}`)
  expect(pairs.lengths).toEqual([])
  await expect(calls.taskShown({ spec, task: 'spam' })).rejects.toThrow('no task "spam"')
})
