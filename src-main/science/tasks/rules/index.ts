import type { Form } from '../form'
import type { RowOf } from '../task'
import { classes } from './classes'
import { options } from './options'
import type { Rules } from './rules'
import { text } from './text'

export { MIN_PER_CHOICE, type Rules } from './rules'

const RULES: { [K in Form['kind']]: (form: Extract<Form, { kind: K }>) => Rules<RowOf<{ kind: K }>> } = {
  classes,
  options,
  text,
}

/** What the form of a task says of its splits. */
export function rulesOf<F extends Form>(form: F): Rules<RowOf<F>> {
  return (RULES[form.kind] as (form: F) => Rules<RowOf<F>>)(form)
}
