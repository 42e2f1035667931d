import type { Arm, ArmResult, Measured } from '../../../src-preload/contract'

/** One line a result (the first says when it is none of test rows), e.g. "naive: PGR .52 (.41 to .63)", named by what tells the arms of the run apart. */
export function headlineOf(results: ArmResult[], arms: Arm[], metric: string): string {
  // All arms of a run are measured on the same kind of rows.
  const on = results[0]?.arm.measure === 'development' ? 'On development rows. ' : ''
  return (
    on +
    results.map((result) => `${nameOf(result.arm, arms)}: ${findingOf(result.measures[metric], metric)}`).join('\n')
  )
}

function nameOf(arm: Arm, arms: Arm[]): string {
  const parts: ((arm: Arm) => string)[] = [taskOf, pairOf]
  const telling = parts.filter((part) => arms.some((other) => part(other) !== part(arm)))
  return [...telling.map((part) => part(arm)), arm.methodTitle].join(' · ')
}

const pairOf = (arm: Arm) => `${arm.weakTitle} → ${arm.strongTitle}`
/** An arm's title begins with its task's. */
const taskOf = (arm: Arm) => arm.title.slice(0, -` · ${pairOf(arm)} · ${arm.methodTitle}`.length)

function findingOf(measured: Measured | undefined, metric: string): string {
  if (!measured) return `no ${metric}`
  const { pgr, student } = measured
  if (!pgr.defined) return `student ${two(student.value)}, PGR undefined`
  const doubt = pgr.warning === null ? '' : ', the gap is doubtful'
  return `PGR ${two(pgr.value)} (${two(pgr.low)} to ${two(pgr.high)})${doubt}`
}

/** As shares stand everywhere: two digits, no leading zero, a true minus. */
function two(value: number): string {
  const text = Math.abs(value).toFixed(2).replace(/^0\./, '.')
  return value < 0 && text !== '.00' ? `\u2212${text}` : text
}
