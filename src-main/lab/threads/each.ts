/**
 * Takes one step after the other, each whatever became of those before it: what holds something must let go of it.
 * @throws what the first step that failed threw, after the last
 */
export async function eachInTurn(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
