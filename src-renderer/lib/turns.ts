/**
 * Has works done one after the other, in the order in which they are given: what a person waits for then has one of them
 * before it, and not all.
 */
export function inTurn(): (work: () => Promise<void>) => void {
  let last = Promise.resolve()
  return (work) => {
    last = last.then(work, work)
  }
}
