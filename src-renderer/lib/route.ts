/** The places of the window, in their order, with the keys that lead there. */
export const PLACES = {
  home: { title: 'Home', keys: 'g h' },
  studies: { title: 'Studies', keys: 'g s' },
  builder: { title: 'Builder', keys: 'g b' },
  monitor: { title: 'Monitor', keys: 'g m' },
  curves: { title: 'Curves', keys: 'g c' },
  results: { title: 'Result', keys: 'g r' },
  inspector: { title: 'Inspector', keys: 'g i' },
  data: { title: 'Data', keys: 'g d' },
  models: { title: 'Models', keys: 'g p' },
  guide: { title: 'Guide', keys: 'g u' },
  doctor: { title: 'Doctor', keys: 'g o' },
} as const
export type Place = keyof typeof PLACES
export const PLACE_NAMES = Object.keys(PLACES) as Place[]
/** Those of the rail: the result of a run is reached from its study. */
export const RAIL = PLACE_NAMES.filter((place) => place !== 'results')

/** Where the window stands: a place, the run or study that it shows ('' for none) and what else must survive a reload. */
export interface Route {
  place: Place
  id: string
  query: Readonly<Record<string, string>>
}

const isPlace = (text: string): text is Place => Object.hasOwn(PLACES, text)

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

/** Reads `#/results/<id>?arm=…`; anything unknown is Home. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  const [place = '', id = ''] = path.split('/').map(decode)
  if (!isPlace(place)) return { place: 'home', id: '', query: {} }
  return { place, id, query: Object.fromEntries(new URLSearchParams(search)) }
}

/** The inverse of `parseRoute`; empty query values are left out. */
export function formatRoute(place: Place, id = '', query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString()
  return `#/${place}${id ? `/${encodeURIComponent(id)}` : ''}${search ? `?${search}` : ''}`
}
