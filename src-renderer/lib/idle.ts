/** Does some work when the window has nothing else to do, unless the returned function is called before. */
export function whenIdle(work: () => void): () => void {
  if (!('requestIdleCallback' in window)) return () => {}
  const id = requestIdleCallback(work)
  return () => cancelIdleCallback(id)
}
