import { z } from 'zod'
import type { ExperimentSpec, MethodChoice, ModelSetting } from '../spec/spec'

/** A named list of pretrained models, smallest first: by size, or by the length of their pretraining. */
export interface Ladder {
  id: string
  title: string
  /** Ids of pretrained models. */
  models: string[]
}

/** One that came with the app, or one of a home, with what it comes to in a spec. */
export interface ListedLadder extends Ladder {
  origin: 'bundled' | 'own'
  arrangements: { as: Arrangement; title: string; part: Arranged }[]
}

const id = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,59}$/, { error: 'a name of small letters, digits, - and .' })
const models = z
  .array(z.string().min(1).max(200))
  .min(2)
  .max(50)
  .superRefine((all, context) => {
    for (const [i, one] of all.entries()) {
      const sameAs = all.indexOf(one)
      if (sameAs < i)
        context.addIssue({ code: 'custom', path: [i], message: 'a model that is not there yet', params: { sameAs } })
    }
  })

/** What a ladder must be, wherever it comes from. */
export const ladderSchema: z.ZodType<Ladder> = z.strictObject({ id, title: z.string().trim().min(1).max(120), models })

/** How the models of a ladder are set against each other. */
export const ARRANGEMENTS = {
  pairs: 'all pairs: every model supervises every larger one',
  students: 'all students of one supervisor: the smallest supervises every other one',
  chain: 'chain: every model supervises the next one',
  bootstrap: 'bootstrapping: the smallest supervises the largest, with and without those between',
} as const
export type Arrangement = keyof typeof ARRANGEMENTS

type Arranged = Pick<ExperimentSpec, 'weak' | 'strong' | 'pairs'> & { methods?: ExperimentSpec['methods'] }

/**
 * The models of a ladder as they stand in a spec, smallest first.
 * @param model makes the entry of one, by its id
 */
export function arrange(
  ids: readonly string[],
  how: Arrangement,
  model: (checkpoint: string) => ModelSetting = (checkpoint) => ({ model: 'pretrained', checkpoint }),
): Arranged {
  const all = ids.map(model)
  const [weak, strong] = [all.slice(0, -1), all.slice(1)]
  if (how === 'students') return { weak: weak.slice(0, 1), strong }
  if (how === 'chain') return { weak, strong, pairs: weak.map((_, i) => [i, i]) }
  if (how === 'pairs')
    return {
      weak,
      strong,
      pairs: weak.flatMap((_, i) => strong.flatMap((_, j) => (i <= j ? [[i, j] as [number, number]] : []))),
    }
  const between = all.slice(1, -1)
  const methods: MethodChoice[] = [{ method: 'naive' }, { method: 'bootstrap', between }]
  return { weak: weak.slice(0, 1), strong: strong.slice(-1), methods }
}

/** Every way to set the models of a ladder against each other, with what that comes to in a spec. */
export function arrangementsOf({ models }: Ladder): ListedLadder['arrangements'] {
  const all = Object.keys(ARRANGEMENTS) as Arrangement[]
  return all.map((as) => ({ as, title: ARRANGEMENTS[as], part: arrange(models, as) }))
}
