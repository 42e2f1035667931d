/** Ms after which work is not put off any longer. */
const PATIENCE = 1000

/** Does some work when the window has nothing else to do, unless the returned function is called before. */
export function whenIdle(work: () => void): () => void {
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(work)
    return () => clearTimeout(timer)
  }
  const id = requestIdleCallback(work, { timeout: PATIENCE })
  return () => cancelIdleCallback(id)
}
