import type { Learner } from '../../../src-main/engine/backends/learner'

/** The same learner, but for some of its calls. */
export function altered(learner: Learner, others: Partial<Learner>): Learner {
  return new Proxy(learner, {
    get(target, name) {
      if (Object.hasOwn(others, name)) return Reflect.get(others, name) as unknown
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
