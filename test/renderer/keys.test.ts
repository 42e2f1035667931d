import { fireEvent } from '@testing-library/svelte'
import { expect, it, onTestFinished } from 'vitest'
import { bindKeys } from '../../src-renderer/lib/keys'

const told = (keys: readonly string[], nothing: readonly string[] = []) => {
  const heard: string[] = []
  const stop = bindKeys(keys, (one) => {
    if (nothing.includes(one)) return false
    heard.push(one)
    return true
  })
  onTestFinished(stop)
  return heard
}
const press = async (...keys: string[]) => {
  for (const key of keys) await fireEvent.keyDown(document.body, { key })
}

it('takes the last key of a sequence for nothing else', async () => {
  const heard = told(['c', 'g c', 'd', 'g d'])
  await press('g', 'c', 'c', 'g', 'd', 'd')
  expect(heard).toEqual(['g c', 'c', 'g d', 'd'])
})

it('leaves a key to another where a sequence is nothing now', async () => {
  const heard = told(['c', 'g c'], ['g c'])
  await press('g', 'c')
  expect(heard).toEqual(['c'])
})

it('hears keys at a radio and at a slider, whose arrows are their own', async () => {
  const heard = told(['g s', 'ArrowRight', 'x'])
  for (const type of ['radio', 'range', 'text']) {
    const input = Object.assign(document.createElement('input'), { type })
    document.body.append(input)
    for (const key of ['g', 's', 'x', 'ArrowRight']) await fireEvent.keyDown(input, { key })
    input.remove()
  }
  expect(heard).toEqual(['g s', 'x', 'g s', 'x'])
})
