import { ACTION_IDS, ACTIONS, type ActionId } from '../lib/actions'
import { bindKeys } from '../lib/keys'

/** What does an action where it is offered. */
export interface Offer {
  run: () => void
  /** Why it cannot be done now; '' when it can. */
  unless?: () => string
}
type Offers = Partial<Record<ActionId, Offer | (() => void)>>

/** What can be done where the window stands: views offer it while they are there. */
class Actions {
  /** Latest first: a view that came later has the say. */
  #offers = $state.raw<readonly { id: ActionId; offer: Offer }[]>([])
  /** The same: what is torn down reads state as it was before, and would take away what others have offered since. */
  #latest = this.#offers

  /** Offers to do these, until the returned function is called. */
  offer(offers: Offers): () => void {
    const own = (Object.entries(offers) as [ActionId, Offer | (() => void)][]).map(([id, offer]) => ({
      id,
      offer: typeof offer === 'function' ? { run: offer } : offer,
    }))
    this.#latest = [...own, ...this.#latest]
    this.#offers = this.#latest
    return () => {
      this.#latest = this.#latest.filter((one) => !own.includes(one))
      this.#offers = this.#latest
    }
  }

  /** What would do it here; undefined where nothing does. */
  of(id: ActionId): Offer | undefined {
    return this.#offers.find((one) => one.id === id)?.offer
  }

  /** Does it, where it is offered and can be done. @returns whether it is offered */
  run(id: ActionId): boolean {
    const offer = this.of(id)
    if (offer && !offer.unless?.()) offer.run()
    return offer !== undefined
  }

  /** Listens for the keys of all actions, and returns the way to stop. */
  start(): () => void {
    const keyed = ACTION_IDS.filter((id) => ACTIONS[id].keys)
    return bindKeys([...new Set(keyed.map((id) => ACTIONS[id].keys))], (keys) => {
      const id = keyed.find((id) => ACTIONS[id].keys === keys && this.of(id))
      return id !== undefined && this.run(id)
    })
  }
}

export const actions = new Actions()
