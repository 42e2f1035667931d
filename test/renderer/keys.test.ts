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
