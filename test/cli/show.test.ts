import { expect, test } from 'vitest'
import { stood } from '../../src-main/cli/commands/show'

test('a stage that the run found done and that was set aside since is to be made again', () => {
  expect(stood({ cached: true, state: 'done' })).toBe('done before')
  expect(stood({ cached: true, state: 'waiting' })).toBe('to be made again')
  expect(stood({ cached: true, state: 'interrupted' })).toBe('to be made again')
  expect(stood({ cached: true, state: 'running' })).toBe('running')
  expect(stood({ cached: false, state: 'interrupted' })).toBe('interrupted')
})
