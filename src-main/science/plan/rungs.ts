import { METHODS } from '../methods'
import type { MethodChoice, ModelSetting } from '../spec/choices'

/** What a method trains on its way, as students of their own. */
export function rungsOf(choice: MethodChoice): { strong: ModelSetting; method: MethodChoice }[] {
  const rungs = METHODS[choice.method]!.rungs?.(parametersOf(choice)) ?? []
  return rungs.map(({ strong, params }) => ({ strong, method: { ...choice, ...params } as MethodChoice }))
}

/** The parameters of a method alone. */
export function parametersOf({ method: _method, ...parameters }: MethodChoice): Record<string, unknown> {
  return parameters
}
