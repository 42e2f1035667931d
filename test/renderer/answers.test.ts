import { cleanup, screen, waitFor } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { api } from '../../src-renderer/lib/api'
import { answers } from '../../src-renderer/state/answers'
import { router } from '../../src-renderer/state/router.svelte'
import { STATUS } from './bridge'
import { heard, open } from './window'

afterEach(cleanup)

const calls = (bridge: ReturnType<typeof open>, name: string) => heard(bridge, name).length

it('of a stage that another process works on are its curves, again and again', async () => {
  const bridge = open('#/monitor/run-live', { status: () => ({ ...STATUS, readOnly: 'Another process writes.' }) })
  await screen.findByText('Another process writes.')
  const read = () => heard(bridge, 'curves').filter(({ args }) => JSON.stringify(args).includes('"loss"')).length
  await waitFor(() => expect(read()).toBeGreaterThan(0))
  const before = read()
  bridge.emit([{ type: 'run', id: 'run-live' }])
  await waitFor(() => expect(read()).toBeGreaterThan(before))
})

describe('answers of the lab', () => {
  it('stand at once when one comes back, and are asked for anew once something changed', async () => {
    const bridge = open('#/monitor/run-done')
    await screen.findByRole('heading', { name: /Quick start: done/ })
    const before = calls(bridge, 'runDetail')
    router.go('guide')
    await waitFor(() => expect(screen.queryByRole('heading', { name: /Quick start: done/ })).toBeNull())
    router.go('monitor', 'run-done')
    await screen.findByRole('heading', { name: /Quick start: done/ })
    expect(calls(bridge, 'runDetail')).toBe(before)
    bridge.emit([{ type: 'run', id: 'run-done' }])
    await waitFor(() => expect(calls(bridge, 'runDetail')).toBeGreaterThan(before))
  })

  it('are asked for anew where the lab counts looks, and are the same object where they are the same', async () => {
    const bridge = open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    const query = { runId: 'run-done', stop: 'last' } as const
    const first = await answers.ask('result', [query])
    const asked = calls(bridge, 'result')
    expect(await answers.ask('result', [query])).toBe(first)
    expect(calls(bridge, 'result')).toBe(asked + 1)
    expect(answers.of('result', [query])).toBe(first)
    expect(answers.of('result', [{ ...query, stop: 'oracle' }])).toBeUndefined()
  })

  it('are forgotten with every call that changes something, and not kept where that came between', async () => {
    open('#/guide')
    await screen.findByRole('navigation', { name: 'Places' })
    await answers.ask('runDetail', ['run-done'])
    expect(answers.of('runDetail', ['run-done'])).toBeDefined()
    await api.mark({ runs: ['run-done'], starred: true })
    expect(answers.of('runDetail', ['run-done'])).toBeUndefined()
    const late = answers.ask('runDetail', ['run-done'])
    answers.forget()
    await late
    expect(answers.of('runDetail', ['run-done'])).toBeUndefined()
  })
})
