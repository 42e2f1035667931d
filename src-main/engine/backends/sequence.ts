/** Runs what it is given one after another, whether or not the one before came to its end. */
export function createSequence(): <T>(work: () => T | Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const ended = last.then(work)
    last = ended.catch(() => {})
    return ended
  }
}
