// Names of the arms of a run: what they share is left out.
import type { Arm } from './types'

type Title = (arm: Arm) => string

const varying = (arms: readonly Arm[], titles: readonly Title[]) =>
  titles.filter((title) => new Set(arms.map(title)).size > 1)

/** What the titles of models begin with. */
export const modelIds = (arms: readonly Arm[]): string[] =>
  arms.flatMap(({ weakTitle, strongTitle }) => [weakTitle, strongTitle].map((title) => title.split(/[ ,]/, 1)[0]!))

/** Names of methods: the id alone where it tells them apart, else with the parameters that differ. */
export function methodNames(arms: readonly Arm[]): Title {
  const titles = new Map<string, Set<string>>()
  for (const { method, methodTitle } of arms) {
    titles.set(method.method, (titles.get(method.method) ?? new Set<string>()).add(methodTitle))
  }
  return ({ method, methodTitle }) => (titles.get(method.method)?.size === 1 ? method.method : methodTitle)
}

/** Short names of arms, in parts: what they share is left out, the method always said. */
export function armLabels(arms: readonly Arm[], taskTitle: (id: string) => string): string[][] {
  const task: Title = (arm) => taskTitle(arm.task)
  const models = [(arm: Arm) => arm.weakTitle, (arm: Arm) => arm.strongTitle].map((title) => apart(arms, title))
  const parts = [...varying(arms, [task, ...models]), methodNames(arms)]
  return arms.map((arm) => parts.map((part) => part(arm)))
}

/**
 * Titles without the parts that all have: "epochs 2" of "vectors 32, epochs 2" beside "vectors 32, epochs 10". Where one has
 * nothing else, all keep their first: "prose-4" beside "prose-4, epochs of reading 3".
 */
export function apart(arms: readonly Arm[], title: Title): Title {
  const partsOf = (arm: Arm) => title(arm).split(', ')
  const all = arms.map(partsOf)
  const own = (parts: string[]) => parts.filter((part) => !all.every((others) => others.includes(part)))
  const bare = all.some((parts) => own(parts).length === 0)
  return (arm) => {
    const [first = '', ...rest] = partsOf(arm)
    return (bare ? [first, ...own(rest)] : own([first, ...rest])).join(', ')
  }
}

/** Which gap an arm is about, to stand after "the gap": ` on Spam`, ` from words to vectors`; '' when all share one. */
export function gapNames(arms: readonly Arm[], taskTitle: (id: string) => string): Title {
  const parts = varying(arms, [
    (arm) => ` from ${arm.weakTitle}`,
    (arm) => ` to ${arm.strongTitle}`,
    (arm) => ` on ${taskTitle(arm.task)}`,
  ])
  return (arm) => parts.map((part) => part(arm)).join('')
}
