export const PLACES = [
  'home',
  'builder',
  'monitor',
  'studies',
  'results',
  'inspector',
  'data',
  'models',
  'guide',
  'doctor',
] as const
export type Place = (typeof PLACES)[number]

/** Where the window stands: a place, the run or study that it shows ('' for none) and what else must survive a reload. */
export interface Route {
  place: Place
  id: string
  query: Readonly<Record<string, string>>
}

const isPlace = (text: string): text is Place => (PLACES as readonly string[]).includes(text)

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
