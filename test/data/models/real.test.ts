import path from 'node:path'
import { homedir } from 'node:os'
import { describe, it } from 'vitest'
import { loadPretrained } from '../../../src-main/data/checkpoints/open'
import { createModels } from '../../../src-main/data/models'
import { expectAgreement, readGolden, type Reference } from '../checkpoints/golden'

const { W2S_CACHE, XDG_CACHE_HOME, W2S_TEST_MODELS } = process.env
const cache = W2S_CACHE || path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'weak-to-strong-lab')
const models = createModels({ cache })
const isHere = new Set((await models.list()).filter(({ here }) => here).map(({ id }) => id))
const references = readGolden('real.json') as Record<string, Reference>

describe.each(Object.keys(references))(
  '%s (skipped where it is not in the cache; W2S_TEST_MODELS=get gets it)',
  (id) => {
    it.skipIf(!isHere.has(id) && W2S_TEST_MODELS !== 'get')(
      'computes what the reference does',
      { timeout: 1_200_000 },
      async () => {
        const { path: place } = await models.get(id)
        const model = await loadPretrained(place)
        expectAgreement(model, references[id]!, 1e-5)
      },
    )
  },
)
