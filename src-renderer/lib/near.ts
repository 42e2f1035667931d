// What is seen, or soon will be: what is costly is made for that alone.

const told = new WeakMap<Element, (near: boolean) => void>()
let observer: IntersectionObserver | null = null

/** Px around the window, and around whatever scrolls in it, that count as seen. */
const MARGIN = 200

const observing = () =>
  (observer ??= new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) told.get(target)?.(isIntersecting)
    },
    { rootMargin: `${MARGIN}px`, scrollMargin: `${MARGIN}px` },
  ))

/**
 * Tells whether an element is seen or nearly so, now and whenever that changes, until the returned function is called. What
 * is in the window is told of at once: the observer would first have all else painted without it.
 */
export function follow(element: Element, tell: (near: boolean) => void): () => void {
  const { top, bottom, width } = element.getBoundingClientRect()
  if (width > 0 && bottom > 0 && top < window.innerHeight) tell(true)
  told.set(element, tell)
  observing().observe(element)
  return () => {
    told.delete(element)
    observing().unobserve(element)
  }
}
