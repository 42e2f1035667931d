import type { RunDetail } from '../../src-preload/contract'
import type { Lab } from '../lab/options'
import { columns, decimal } from './text'

/** A model that a pretraining made, or is to make. */
export interface MadeModel {
  id: string
  /** Key of the stage that makes it. */
  key: string
  state: string
  /** Of held-out text, at the last scoring; null before the first. */
  bitsPerByte: number | null
}

/** The models of a pretraining, as far as they are. */
export async function madeBy(lab: Lab, { stages }: RunDetail): Promise<MadeModel[]> {
  const made = stages.filter(({ kind }) => kind === 'language')
  const keys = made.map(({ key }) => key)
  const curves = await lab.calls.curves({ keys, names: ['bits_per_byte'], splits: [''], buckets: 1000 })
  return made.map(({ key, facts, state }) => {
    const bits = curves.find((curve) => curve.key === key)?.value.at(-1)
    return { id: facts.of, key, state, bitsPerByte: bits ?? null }
  })
}

export function madeTable(models: readonly MadeModel[]): string[] {
  const rows = models.map(({ id, state, bitsPerByte }) => [id, state, decimal(bitsPerByte)])
  return columns([['model', 'state', 'bits per byte'], ...rows], { right: [2] })
}
