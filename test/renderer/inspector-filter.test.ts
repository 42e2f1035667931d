import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { afterEach, describe, expect, it } from 'vitest'
import { filterQuery, parseFilter } from '../../src-renderer/views/inspector/filter'
import { formatRoute, parseRoute } from '../../src-renderer/lib/route'
import { heard, open } from './window'

afterEach(cleanup)

describe('the address of a filter', () => {
  const ALL = {
    ...{ cells: ['001' as const], search: 'noon & dusk', truth: 1, weakSays: 0, studentSays: 1, group: 'sky=1' },
    ...{ weakConfidence: [0.9, 1] as [number, number], studentConfidence: [0.5, 0.625] as [number, number] },
    length: [3, 40] as [number, number],
  }

  it('says all of it, and is read back', () => {
    const { query } = parseRoute(formatRoute('inspector', 'run', filterQuery(ALL)))
    expect(parseFilter(query)).toEqual(ALL)
    expect(parseFilter(filterQuery({ cells: [], search: '' }))).toEqual({ cells: [], search: '' })
  })

  it('asks for the supervisor’s errors where it names no cells, and beside another arm for all', () => {
    expect(parseFilter({})).toEqual({ cells: ['011', '001', '010', '000'], search: '' })
    expect(parseFilter({ against: 'arm' })).toEqual({ cells: [], search: '' })
  })

  it('is left out where it is no filter', () => {
    const odd = { truth: '-1', weak: 'x', student: '99', sure: '0.9', studentsure: '0.9..0.1', length: '1.5..2' }
    expect(parseFilter({ ...odd, cells: 'all' })).toEqual({ cells: [], search: '' })
    expect(parseFilter({ sure: '0.5..1.5', length: '3..2', cells: 'all' })).toEqual({ cells: [], search: '' })
  })
})

describe('the inspector narrows down', () => {
  it('by class, confidence and length, each a chip that can be taken off', async () => {
    const bridge = open('#/inspector/run-done')
    const asked = () => heard(bridge, 'examples').at(-1)?.args[0]
    await fireEvent.change(await screen.findByLabelText('weak says'), { target: { value: '1' } })
    await waitFor(() => expect(asked()).toMatchObject({ weakSays: 1 }))
    await fireEvent.change(screen.getByLabelText('weak sure by, from, %'), { target: { value: '80' } })
    await waitFor(() => expect(asked()).toMatchObject({ weakSays: 1, weakConfidence: [0.8, 1] }))
    expect(location.hash).toMatch(/weak=1/)
    const chips = screen.getByRole('main')
    await fireEvent.click(within(chips).getByRole('button', { name: /^weak sure by 80 to 100 %/ }))
    await waitFor(() => expect(asked()).not.toHaveProperty('weakConfidence'))
    expect(asked()).toMatchObject({ weakSays: 1 })
  })

  it('and forgets what was typed into a range and not taken as soon as something else is asked for', async () => {
    open('#/inspector/run-done')
    const from = await screen.findByLabelText<HTMLInputElement>('weak sure by, from, %')
    await fireEvent.change(from, { target: { value: '150' } })
    expect(from.value).toBe('150')
    await fireEvent.click(screen.getByRole('button', { name: 'Show all' }))
    await waitFor(() => expect(from.value).toBe('0'))
    expect(location.hash).not.toMatch(/sure=/)
  })

  it('and says of how many of these each model is right', async () => {
    open('#/inspector/run-done?cells=001')
    expect(await screen.findByText(/right on these: weak 0\.0 %, student 0\.0 %, ceiling 100\.0 %/)).toBeTruthy()
  })
})

describe('the student at another evaluation', () => {
  it('is stepped to by [ and ], asked for everywhere, and said not to be the reported one', async () => {
    const bridge = open('#/inspector/run-done')
    await screen.findByText(/as it is reported/)
    await fireEvent.keyDown(document.body, { key: '[', code: 'BracketLeft' })
    expect((await screen.findAllByText(/, not the reported one$/)).length).toBeGreaterThan(0)
    const asked = (name: string) => heard(bridge, name).at(-1)?.args[0]
    for (const name of ['cube', 'facets', 'examples', 'example'])
      await waitFor(() => expect(asked(name), name).toHaveProperty('step'))
    await fireEvent.keyDown(document.body, { key: ']', code: 'BracketRight' })
    await screen.findByText(/as it is reported/)
    expect(asked('examples')).not.toHaveProperty('step')
  })

  it('is not offered beside another arm, where both stand as they are reported', async () => {
    const bridge = open('#/inspector/run-done?step=8')
    await screen.findByText(/at step 8 of/)
    cleanup()
    const { arms } = (await bridge.call('runDetail', 'run-done').then((r) => (r.ok ? r.value : undefined)))!
    const beside = open(`#/inspector/run-done?arm=${arms[1]!.id}&against=${arms[0]!.id}&step=8`)
    await waitFor(() => expect(heard(beside, 'examples').length).toBeGreaterThan(0))
    expect(heard(beside, 'examples').at(-1)?.args[0]).not.toHaveProperty('step')
    expect(screen.queryByRole('slider')).toBeNull()
  })
})
