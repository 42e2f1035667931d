import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createTokenizer } from '../../../src-main/data/tokenizers'
import { reference, texts } from './reference'

interface Cases {
  probe: object
  cases: { tokenizer: Record<string, object> & { model: object | 'probe' }; blocks: string[]; ids: number[][] }[]
}

const BLOCK = 50
const digest = (ids: number[][]) => createHash('sha256').update(JSON.stringify(ids)).digest('hex').slice(0, 12)

/** What of a tokenizer is worth a name. */
function nameOf({ model, ...parts }: Cases['cases'][number]['tokenizer']): string {
  const some = Object.entries(parts).filter(([, part]) => part !== null && typeof part !== 'string')
  return JSON.stringify({ ...Object.fromEntries(some), ...(model === 'probe' ? {} : { model }) }).slice(0, 200)
}

describe.each(['normalizers', 'pre-tokenizers', 'added-tokens', 'post-processors', 'models'])(
  'tokenizers that differ in their %s',
  (name) => {
    const { probe, cases } = reference(name) as Cases
    const rows = cases.map((given, i) => [i, nameOf(given.tokenizer), given] as const)
    it.each(rows)(`give the ids of the reference for ${texts.length} awkward texts: %i %s`, (_i, _name, given) => {
      const { model, ...parts } = given.tokenizer
      const tokenizer = { ...parts, model: model === 'probe' ? probe : model }
      const made = createTokenizer({ tokenizer, config: {} }, 'tokenizer.json')
      const ours = texts.map((text) => made.encode(text))
      expect(ours.slice(0, given.ids.length)).toEqual(given.ids)
      const different = given.blocks.flatMap((block, i) => {
        const [from, to] = [i * BLOCK, (i + 1) * BLOCK]
        return digest(ours.slice(from, to)) === block ? [] : [`texts ${from} to ${to - 1}`]
      })
      expect(different).toEqual([])
    })
  },
)
