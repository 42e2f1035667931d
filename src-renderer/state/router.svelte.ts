import { formatRoute, parseRoute, type Place, type Route } from '../lib/route'

/** The address bar that the window does not have: places, back and forward, and view state that survives a reload. */
class Router {
  route = $state.raw<Route>(parseRoute(location.hash))

  /** Follows the address until the returned function is called. */
  start(): () => void {
    const follow = () => (this.route = parseRoute(location.hash))
    window.addEventListener('hashchange', follow)
    follow()
    return () => window.removeEventListener('hashchange', follow)
  }

  /** Goes somewhere, as a step that Back undoes. */
  go(place: Place, id = '', query: Record<string, string> = {}): void {
    location.hash = formatRoute(place, id, query)
  }

  /** Changes view state in place, or names what is looked at: no step in the history. */
  keep(change: Record<string, string>, id = this.route.id): void {
    const { place, query } = this.route
    history.replaceState(null, '', formatRoute(place, id, { ...query, ...change }))
    this.route = parseRoute(location.hash)
  }
}

export const router = new Router()
