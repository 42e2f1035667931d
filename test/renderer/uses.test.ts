import { describe, expect, it } from 'vitest'
import { valueAt } from '../../src-renderer/lib/draft'
import { used } from '../../src-renderer/views/builder/uses'
import { CATALOG } from './bridge'

const pretrained = (checkpoint: string, more: object = {}) => ({ model: 'pretrained', checkpoint, ...more })
const put = (draft: unknown, as: string) => used(CATALOG, draft, { checkpoint: 'large', as })!
const draft = {
  weak: [pretrained('pocket-s', { tokens: 32, optimiser: { lr: 1 } }), { model: 'words', words: 50 }],
  strong: [{ model: 'vectors', hidden: 32 }],
  methods: [{ method: 'naive' }],
  pairs: [[1, 0]],
}

describe('a model that is put into a draft', () => {
  it('takes the place of the supervisors or the students; how the one before it reads stays, how it is trained does not', () => {
    const supervised = put(draft, 'supervisor')
    expect(valueAt(supervised.draft, 'weak')).toEqual([pretrained('large', { tokens: 32 })])
    expect(supervised.field).toBe('weak[0].checkpoint')
    // Pairs name places that are gone.
    expect(valueAt(supervised.draft, 'pairs')).toBeUndefined()
    expect(valueAt(put(draft, 'student').draft, 'strong')).toEqual([pretrained('large')])
  })
  it('is the next rung of the ladder that is climbed, or of one that is added', () => {
    const first = put(draft, 'rung')
    expect(valueAt(first.draft, 'methods')).toEqual([
      { method: 'naive' },
      { method: 'bootstrap', between: [pretrained('large')] },
    ])
    expect(first.field).toBe('methods[1].between[0].checkpoint')
    const second = put(first.draft, 'rung')
    expect(valueAt(second.draft, 'methods[1].between')).toHaveLength(2)
    expect(second.field).toBe('methods[1].between[1].checkpoint')
  })
  it('is none that is not known, nor as anything else', () => {
    expect(used(CATALOG, draft, { checkpoint: 'none', as: 'student' })).toBeNull()
    expect(put(draft, 'ceiling')).toBeNull()
    expect(used(CATALOG, draft, { task: 'none' })).toBeNull()
  })
})
