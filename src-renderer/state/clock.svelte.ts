/** The present, to the second, for "done at" and "ago". */
class Clock {
  now = $state(Date.now())

  start(): () => void {
    this.now = Date.now()
    const timer = setInterval(() => (this.now = Date.now()), 1000)
    return () => clearInterval(timer)
  }
}

export const clock = new Clock()
