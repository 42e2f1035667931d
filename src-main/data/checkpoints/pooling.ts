import path from 'node:path'
import { z } from 'zod'
import type { TransformerSpec } from '../../science/models/net'
import type { Described } from './architectures/architecture'
import { refuse } from './errors'
import type { GgufSource } from './gguf'
import { JSON_LIMITS, parseJsonFile, parseValue, readTextIf } from './json'

type Pooling = TransformerSpec['pooling']

/** What sentence-transformers calls the ways of pooling that are read. */
const MODES: Readonly<Record<string, Pooling>> = { mean: 'mean', cls: 'first', lasttoken: 'last' }
const FILE = '1_Pooling/config.json'
/** One mode or several by name since sentence-transformers 5.4, a flag for each mode before. */
const poolingKeys = z.looseObject({
  pooling_mode: z.union([z.string().transform((mode) => [mode]), z.array(z.string())]).optional(),
})
const ownKeys = z.looseObject({ w2s: z.object({ pooling: z.enum(['last', 'first', 'mean']) }).optional() })

/**
 * As we wrote it, or sentence-transformers did; else the last token of a decoder, the mean of an encoder.
 * @throws CheckpointError naming a way of pooling that is not read
 */
export async function poolingOf(folder: string, config: object, { body }: Described): Promise<Pooling> {
  const own = parseValue(config, 'config.json', ownKeys).w2s?.pooling
  if (own) return own
  if (body.causal) return 'last'
  const text = await readTextIf(path.join(folder, FILE), JSON_LIMITS.config)
  if (text === null) return 'mean'
  const keys = parseJsonFile(text, FILE, poolingKeys)
  const modes = keys.pooling_mode ?? flagged(keys)
  const [mode = 'none'] = modes
  const read = modes.length === 1 && Object.hasOwn(MODES, mode) ? MODES[mode] : undefined
  return read ?? refuse(FILE, `one of the poolings ${Object.keys(MODES).join(', ')}`, modes.join(' and ') || 'none')
}

/** `pooling_mode_mean_tokens: true` → `mean`. */
function flagged(keys: Record<string, unknown>): string[] {
  return Object.entries(keys).flatMap(([key, value]) => {
    const mode = /^pooling_mode_(.+?)(_tokens?)?$/.exec(key)?.[1]
    return mode !== undefined && value === true ? [mode] : []
  })
}

/** The pooling that a GGUF file names by ggml's number. */
export function ggufPooling({ metadata }: GgufSource, { body }: Described): Pooling {
  if (body.causal) return 'last'
  const type = metadata.number('bert.pooling_type', 1)
  const read = ({ 1: 'mean', 2: 'first', 3: 'last' } as const)[type]
  return read ?? refuse(`${metadata.file}: bert.pooling_type`, '1 (mean), 2 (first) or 3 (last)', type)
}
