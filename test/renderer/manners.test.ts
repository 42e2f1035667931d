import { cleanup, fireEvent, screen } from '@testing-library/svelte'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { logTicks } from '../../src-renderer/lib/charting'
import { parseRoute } from '../../src-renderer/lib/route'
import { router } from '../../src-renderer/state/router.svelte'
import { open } from './window'

afterEach(cleanup)

describe('how a place draws', () => {
  it('has round ticks on an axis by powers, none near another', () => {
    expect(logTicks(0.2, 0.3, 6)).toEqual([0.2, 0.22, 0.24, 0.26, 0.28, 0.3])
    expect(logTicks(0.03, 4, 6)).toEqual([0.03, 0.1, 0.3, 1, 3])
    expect(logTicks(1e-6, 1e6, 6)).toEqual([1e-6, 1e-4, 0.01, 1, 100, 1e4, 1e6])
    expect(logTicks(0.97, 1.2, 6)).toEqual([1, 1.05, 1.1, 1.15, 1.2])
    expect(logTicks(0.01, 0.1, 6)).toEqual([0.01, 0.02, 0.05, 0.1])
    const ends = fc.tuple(
      fc.double({ min: 1e-6, max: 1e3, noNaN: true }),
      fc.double({ min: 1.2, max: 1e6, noNaN: true }),
    )
    fc.assert(
      fc.property(ends, ([low, times]) => {
        const ticks = logTicks(low, low * times, 6)
        const apart = ticks.slice(1).map((tick, i) => Math.log(tick / ticks[i]!) / Math.log(times))
        expect(Math.min(1, ...apart)).toBeGreaterThanOrEqual(1 / 6 - 1e-9)
        expect(ticks.length).toBeGreaterThan(1)
      }),
    )
  })
  it('draws as it was told to when one comes back, by whatever way', async () => {
    open('#/curves/run-done')
    await fireEvent.click(await screen.findByRole('radio', { name: 'epoch' }))
    await fireEvent.click(await screen.findByRole('radio', { name: '.9' }))
    router.visit('monitor')
    expect(location.hash).not.toContain('x=epoch')
    router.visit('curves')
    expect(parseRoute(location.hash).query).toMatchObject({ x: 'epoch', smooth: '0.9' })
    router.go('curves', 'run-done', { x: 'flops' })
    expect(parseRoute(location.hash).query).toMatchObject({ x: 'flops', smooth: '0.9' })
    await fireEvent.click(await screen.findByRole('radio', { name: 'step' }))
    router.visit('monitor')
    router.visit('curves')
    expect(parseRoute(location.hash).query['x']).toBe('step')
  })
})
