import type { Form } from '../../science/tasks'
import { classes } from './classes'
import { language } from './language'
import { options } from './options'

export type { Asking } from './asking'

/** How a net is taught and asked, by the form of the task. */
export const ASKING = { classes, options, text: language } satisfies Record<Form['kind'], unknown>
