// Names of the arms of a run: what they share is left out.
import type { Arm } from './types'

type Title = (arm: Arm) => string

const varying = (arms: readonly Arm[], titles: readonly Title[]) =>
  titles.filter((title) => new Set(arms.map(title)).size > 1)

/** Names of methods: the id alone where it tells them apart, else with the parameters that differ. */
export function methodNames(arms: readonly Arm[]): Title {
  const titles = new Map<string, Set<string>>()
  for (const { method, methodTitle } of arms) {
    titles.set(method.method, (titles.get(method.method) ?? new Set<string>()).add(methodTitle))
  }
  return ({ method, methodTitle }) => (titles.get(method.method)?.size === 1 ? method.method : methodTitle)
}

/** Short names of arms: in parts: what they share is left out, the method always said. */
export function armLabels(arms: readonly Arm[], taskTitle: (id: string) => string): string[][] {
  const task: Title = (arm) => taskTitle(arm.task)
  const parts = [...varying(arms, [task, (arm) => arm.weakTitle, (arm) => arm.strongTitle]), methodNames(arms)]
  return arms.map((arm) => parts.map((part) => part(arm)))
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
