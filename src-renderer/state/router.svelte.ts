import { keep, recall } from '../lib/kept'
import { formatRoute, parseRoute, type Place, type Route } from '../lib/route'

/** Where the window stood last. */
const KEPT = 'w2s.place'

/** Places that show a run, each its own side of it. */
const OF_RUNS: readonly Place[] = ['monitor', 'curves', 'results', 'inspector']
/** What of the view is about the run and not about the place. */
const CARRIED = ['arm', 'seed', 'stop']
/** How a place draws, whatever it draws: chosen there once, it stays when one comes back. */
const MANNERS: Partial<Record<Place, readonly string[]>> = {
  monitor: ['smooth', 'log'],
  curves: ['smooth', 'log', 'x', 'y', 'summary', 'each'],
}
type Query = Readonly<Record<string, string>>

/** The address bar that the window does not have: places, back and forward, and view state that survives a reload. */
class Router {
  route = $state.raw<Route>(parseRoute(location.hash))
  /** The run that is shown where the address names none. */
  #shown = $state('')
  /** What was chosen last of the manners of places. */
  #manners = $state.raw<Partial<Record<Place, Query>>>({})
  /** The address that `route` is of; none before the start. */
  #at: string | null = null

  /** Follows the address until the returned function is called; one that names no place is where one was last. */
  start(): () => void {
    if (location.hash === '' && recall(KEPT)) history.replaceState(null, '', recall(KEPT))
    const follow = () => this.#follow()
    window.addEventListener('hashchange', follow)
    this.#at = null
    follow()
    return () => window.removeEventListener('hashchange', follow)
  }

  #follow(): void {
    if (location.hash === this.#at) return
    this.#at = location.hash
    this.route = parseRoute(location.hash)
    keep(KEPT, location.hash)
  }

  /** Follows at once: the window hears of the new address only later, and the next key may come before. */
  #goTo(hash: string): void {
    location.hash = hash
    this.#follow()
  }

  /** Goes somewhere, as a step that Back undoes; a place draws as it was last told to. */
  go(place: Place, id = '', query: Record<string, string> = {}): void {
    this.#goTo(formatRoute(place, id, { ...this.#manners[place], ...query }))
  }

  /** Goes to a place with the run, arm and seed that are looked at. */
  visit(place: Place): void {
    this.#goTo(this.wayTo(place))
  }

  /** The address of a place, with the run, arm and seed that are looked at; where one is there already, without them. */
  wayTo(place: Place): string {
    const { place: here, id, query } = this.route
    if (place === here || !OF_RUNS.includes(here) || !OF_RUNS.includes(place))
      return formatRoute(place, '', this.#manners[place])
    const carried = Object.fromEntries(CARRIED.map((name) => [name, query[name] ?? '']))
    return formatRoute(place, id || this.#shown, { ...this.#manners[place], ...carried })
  }

  /** Says which run is shown, until the returned function is called. */
  shows(run: string): () => void {
    this.#shown = run
    return () => (this.#shown = '')
  }

  /** Changes view state in place, or names what is looked at: no step in the history. */
  keep(change: Record<string, string>, id = this.route.id): void {
    const { place, query } = this.route
    const manners = Object.entries(change).filter(([name]) => MANNERS[place]?.includes(name))
    if (manners.length > 0) {
      const last = { ...this.#manners[place], ...Object.fromEntries(manners) }
      this.#manners = { ...this.#manners, [place]: last }
    }
    history.replaceState(null, '', formatRoute(place, id, { ...query, ...change }))
    this.#follow()
  }
}

export const router = new Router()
