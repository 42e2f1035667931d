import { backendKind, type Askable, type Computing, type Multiplying } from '../../science/backends'
import type { ChosenBackend, UsableCard } from '../../engine/protocol'
import type { PlanContext } from '../../science/plan/context'

/** What a spec asks to be computed by. */
export interface Asked {
  backend: Askable
  /** Whether what waits goes on, on the next one, where a card fails. */
  fallback: boolean
}

export type Planned = Pick<PlanContext, keyof Computing | keyof Multiplying>

/** What was found out of backends, once for each that is asked for. */
export interface Choices {
  /** @param without cards to leave alone, by their numbers; default: those that are set */
  choose(wanted: Askable, without?: readonly number[]): Promise<ChosenBackend>
  /** What plans are made for. @throws LabError when nothing works */
  planned(asked: Asked): Promise<Planned>
  /** The last one found out, if any. */
  readonly last: ChosenBackend | null
  /** The cards that stages can be put on, as far as was found out. */
  readonly cards: readonly UsableCard[]
  /** Why it was chosen, as far as that is known. */
  reasonFor(id: string): string | undefined
  /** What was found out need not be right any more; `known` is. */
  renew(known?: { wanted: Askable; chosen: ChosenBackend }): void
}

/** Milliseconds for which it is kept that one does not work, unless it is examined anew. */
const FAILED_FOR = 60_000

/**
 * @param ask finds out which one of those that are wanted works, where some cards are left alone
 * @param leftAlone those cards, by their numbers
 * @param tell hears of what was found
 */
export function createChoices(
  ask: (wanted: Askable, leftAlone: readonly number[]) => Promise<ChosenBackend>,
  leftAlone: () => readonly number[],
  tell: () => void,
): Choices {
  const choices = new Map<string, Promise<ChosenBackend>>()
  const nameOf = (wanted: Askable, without: readonly number[]) => [wanted, ...without].join(' ')
  const forgetting = new Set<NodeJS.Timeout>()
  let last: ChosenBackend | null = null
  let cards: readonly UsableCard[] = []

  function found(chosen: ChosenBackend): ChosenBackend {
    last = chosen
    if (chosen.cards.length > 0) cards = chosen.cards
    tell()
    return chosen
  }

  function choose(wanted: Askable, without = leftAlone()): Promise<ChosenBackend> {
    const name = nameOf(wanted, without)
    const choice =
      choices.get(name) ??
      ask(wanted, without).then(found, (error: unknown) => {
        // Every look at a draft asks: what does not work now hardly does in a moment.
        forgetting.add(setTimeout(() => choices.delete(name), FAILED_FOR).unref())
        throw error
      })
    choices.set(name, choice)
    return choice
  }

  return {
    choose,
    async planned({ backend, fallback }) {
      // Which of those that an engine may have it has here, it says when it is loaded.
      const precisions = backend === 'auto' ? undefined : backendKind(backend).precisions
      if (backend !== 'auto' && !backendKind(backend).gpu?.alone) return { backend, precisions }
      const choice = await choose(backend).catch((error: unknown) => {
        // What is asked for by name is planned for all the same; it is refused before the first stage.
        if (backend === 'auto') throw error
        return { id: backend, precisions, next: null }
      })
      return computing(choice, fallback)
    },
    get last() {
      return last
    },
    get cards() {
      return cards
    },
    reasonFor: (id) => [last, last?.next].find((each) => each?.id === id)?.reason,
    renew(known) {
      forgetting.forEach(clearTimeout)
      forgetting.clear()
      choices.clear()
      if (known) cards = []
      if (known) choices.set(nameOf(known.wanted, leftAlone()), Promise.resolve(found(known.chosen)))
    },
  }
}

/** A choice as plans have it. */
function computing(
  { id, precisions, next }: Pick<ChosenBackend, 'id' | 'next'> & Pick<PlanContext, 'precisions'>,
  fallback: boolean,
) {
  const onFault = next && fallback && { otherwise: next.id, otherwisePrecisions: next.precisions }
  return { backend: id, precisions, ...(next && { others: next.id }), ...onFault }
}
