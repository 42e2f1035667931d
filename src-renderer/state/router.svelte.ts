import { keep, recall } from '../lib/kept'
import { formatRoute, parseRoute, type Place, type Route } from '../lib/route'

/** Where the window stood last. */
const KEPT = 'w2s.place'

/** Places that show a run, each its own side of it. */
const OF_RUNS: readonly Place[] = ['monitor', 'curves', 'results', 'inspector']
/** What of the view is about the run and not about the place. */
const CARRIED = ['arm', 'seed', 'stop']

/** The address bar that the window does not have: places, back and forward, and view state that survives a reload. */
class Router {
  route = $state.raw<Route>(parseRoute(location.hash))
  /** The run that is shown where the address names none. */
  #shown = $state('')
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

  /** Goes somewhere, as a step that Back undoes. */
  go(place: Place, id = '', query: Record<string, string> = {}): void {
    this.#goTo(formatRoute(place, id, query))
  }

  /** Goes to a place with the run, arm and seed that are looked at. */
  visit(place: Place): void {
    this.#goTo(this.wayTo(place))
  }

  /** The address of a place, with the run, arm and seed that are looked at; where one is there already, without. */
  wayTo(place: Place): string {
    const { place: here, id, query } = this.route
    if (place === here || !OF_RUNS.includes(here) || !OF_RUNS.includes(place)) return formatRoute(place)
    const carried = Object.fromEntries(CARRIED.map((name) => [name, query[name] ?? '']))
    return formatRoute(place, id || this.#shown, carried)
  }

  /** Says which run is shown, until the returned function is called. */
  shows(run: string): () => void {
    this.#shown = run
    return () => (this.#shown = '')
  }

  /** Changes view state in place, or names what is looked at: no step in the history. */
  keep(change: Record<string, string>, id = this.route.id): void {
    const { place, query } = this.route
    history.replaceState(null, '', formatRoute(place, id, { ...query, ...change }))
    this.#follow()
  }
}

export const router = new Router()
