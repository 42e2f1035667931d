import { describe, expect, it } from 'vitest'
import { describeCatalog } from '../../src-main/science/catalog'
import { LABELS } from '../../src-main/science/labels'
import { LOSSES } from '../../src-main/science/losses'
import { METHODS } from '../../src-main/science/methods'
import { MODELS } from '../../src-main/science/models'
import type { ParamTable } from '../../src-main/science/spec/params'

const catalog = describeCatalog()
const variants = [...catalog.models, ...catalog.methods, ...catalog.losses]
const tables: [string, ParamTable][] = [
  ...variants.map((v): [string, ParamTable] => [v.id, v.params]),
  ['optimiser', catalog.optimiser],
  ['run', catalog.run],
  ['sizes', catalog.sizes],
]

describe('describeCatalog', () => {
  it('is plain data', () => {
    expect(structuredClone(catalog)).toEqual(catalog)
    expect(JSON.parse(JSON.stringify(catalog))).toEqual(catalog)
  })

  it('lists every variant under its own id', () => {
    for (const [map, listed] of [
      [MODELS, catalog.models],
      [METHODS, catalog.methods],
      [LOSSES, catalog.losses],
      [LABELS, catalog.labels],
    ] as const) {
      expect(listed.map((v) => v.id)).toEqual(Object.keys(map))
    }
  })

  it('explains every variant', () => {
    for (const v of [...variants, ...catalog.labels]) expect(v.help).toMatch(/^[A-Z].{20,}\.$/)
  })

  it.each(tables)('explains every parameter of %s, with a default that is allowed', (_id, table) => {
    for (const p of Object.values(table)) {
      expect(p.label).toMatch(/^[A-Z]/)
      expect(p.help).toMatch(/^[A-Z].{10,}\.$/)
      if (p.type === 'number' || p.type === 'integer') {
        expect(p.default).toBeGreaterThanOrEqual(p.min)
        expect(p.default).toBeLessThanOrEqual(p.max)
      }
      if (p.type === 'choice') expect(p.options.map((o) => o.value)).toContain(p.default)
      if (p.onlyWhere) {
        const other = table[p.onlyWhere.param]
        if (other?.type !== 'choice') throw new Error(`${p.label} hangs on ${p.onlyWhere.param}, which is no choice`)
        expect(other.options.map((o) => o.value)).toEqual(expect.arrayContaining([...p.onlyWhere.is]))
      }
    }
  })
})
