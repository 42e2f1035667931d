// What the palette finds: every action, and everything that has a name.
import { go as search } from 'fuzzysort'
import { ACTION_IDS, ACTIONS, keyText } from '../lib/actions'
import { guidePages, NOUNS, type Noun } from '../lib/guide'
import { formatRoute } from '../lib/route'
import { placeOf } from '../lib/runs'
import type { Catalog, RunSummary } from '../lib/types'
import type { actions } from '../state/actions.svelte'
import type { View } from '../state/views.svelte'

export interface Entry {
  id: string
  title: string
  /** What it is, or where it applies. */
  note: string
  keys: string
  /** Why it cannot be done now; '' when it can. */
  unless: string
  run: () => void
}

interface Kept {
  all: readonly View[]
  remove: (name: string) => void
}

/** How many entries are listed: more than one looks through. */
const MOST = 60

/** What cannot be done here comes after what can and fits about as well. */
const UNAVAILABLE = 0.8

/** Not found by name: what opened the palette, and what moves by rows. */
const UNLISTED: readonly string[] = ['palette', 'row.next', 'row.previous', 'pane.next', 'pane.previous', 'skip']

/** All actions, those that can be done here first. */
export function actionEntries(all: typeof actions): Entry[] {
  const entries = ACTION_IDS.filter((id) => !UNLISTED.includes(id)).map((id): Entry => {
    const { title, keys, where } = ACTIONS[id]
    const offer = all.of(id)
    const unless = offer ? (offer.unless?.() ?? '') : `only in: ${where}`
    const go = id.startsWith('go.')
    return {
      id,
      title: go ? `Go to ${title}` : title,
      note: unless,
      keys: keyText(keys),
      unless,
      run: () => all.run(id),
    }
  })
  const rank = ({ id, unless }: Entry) =>
    unless ? 2 : ACTIONS[id as keyof typeof ACTIONS].where === 'Everywhere' ? 1 : 0
  return entries.toSorted((a, b) => rank(a) - rank(b))
}

/** The views that were kept: each to go to, and each to be forgotten. */
export function viewEntries({ all, remove }: Kept, go: (hash: string) => void): Entry[] {
  const entry = (title: string, note: string, run: () => void): Entry => ({
    ...{ id: `view ${title}`, title, note, keys: '', unless: '' },
    run,
  })
  return [
    ...all.map(({ name, hash }) => entry(name, 'view', () => go(hash))),
    ...all.map(({ name }) => entry(`Forget the view “${name}”`, '', () => remove(name))),
  ]
}

/** Everything that has a name and a place: runs, presets, tasks, models, pages of the guide. */
export function namedEntries(
  runs: readonly RunSummary[],
  catalog: Catalog | null,
  go: (hash: string) => void,
): Entry[] {
  const entry = (id: string, title: string, note: string, hash: string): Entry => ({
    ...{ id, title, note, keys: '', unless: '' },
    run: () => go(hash),
  })
  return [
    ...runs.map((run) => entry(`run ${run.id}`, run.name, `run, ${run.state}`, formatRoute(placeOf(run), run.id))),
    ...(catalog?.presets ?? []).map(({ id, title }) =>
      entry(`preset ${id}`, `Open ${title} in the builder`, 'preset', formatRoute('builder', '', { preset: id })),
    ),
    ...(catalog?.tasks ?? []).map(({ id, title }) =>
      entry(`task ${id}`, title, 'task', formatRoute('data', '', { task: id })),
    ),
    ...(catalog?.checkpoints ?? []).map(({ id, title }) =>
      entry(`model ${id}`, title, 'model', formatRoute('models', '', { model: id })),
    ),
    ...(Object.keys(NOUNS) as Noun[]).flatMap((noun) =>
      guidePages(noun).map(({ id, title }) =>
        entry(
          `guide ${noun}/${id}`,
          title,
          `guide, ${NOUNS[noun].toLowerCase()}`,
          formatRoute('guide', `${noun}/${id}`),
        ),
      ),
    ),
  ]
}

/** The entries that a text finds, best first; all in their order where there is no text. */
export function found(entries: readonly Entry[], text: string): Entry[] {
  if (text.trim() === '') return entries.slice(0, MOST)
  const scored = search(text, entries, {
    ...{ keys: ['title', 'note'], limit: MOST, threshold: 0.2 },
    scoreFn: ({ score, obj }) => (obj.unless ? score * UNAVAILABLE : score),
  })
  return scored.map(({ obj }) => obj)
}
