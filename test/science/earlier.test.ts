import { describe, expect, it } from 'vitest'
import { storedArms, storedSpec } from '../../src-main/science/earlier'
import { parseSpec } from '../../src-main/science/parse'

const base = {
  version: 1,
  name: 'Before',
  tasks: ['spam'],
  weak: [{ model: 'words' }],
  strong: [{ model: 'vectors' }],
  methods: [{ method: 'naive' }],
  seeds: [0],
}
const parsed = (input: unknown) => {
  const result = parseSpec(input)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.spec
}

describe('what earlier versions wrote', () => {
  it.each([{ weak: {}, strong: {} }, { weak: { lr: 0.1 } }, { strong: { epochs: 2 } }])(
    'a spec whose optimiser names the roles, %o, keeps its halves and is measured on test rows',
    (optimiser) => {
      expect(parsed({ ...base, optimiser })).toMatchObject({ redraw: 'order', measure: 'test' })
      expect(parsed({ ...base, optimiser, redraw: 'halves' })).toMatchObject({ redraw: 'halves' })
      expect(storedSpec(JSON.stringify({ ...base, optimiser }))).toMatchObject({ redraw: 'order', measure: 'test' })
    },
  )

  it('a new spec redraws the halves, and stored is read as it stands', () => {
    const spec = parsed(base)
    expect(spec).toMatchObject({ redraw: 'halves', measure: 'test' })
    expect(storedSpec(JSON.stringify(spec))).toEqual(spec)
    for (const nonsense of [null, 7, 'x', { optimiser: null }, { optimiser: 3 }])
      expect(parseSpec(nonsense).ok).toBe(false)
  })

  it('arms were measured on test rows', () => {
    expect(storedArms('[{"id":"a"},{"id":"b","measure":"development"}]').map((arm) => arm.measure)).toEqual([
      'test',
      'development',
    ])
  })
})
