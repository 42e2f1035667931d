import type { Command, Context } from '../context'
import { EXIT, type ExitCode } from '../errors'
import { wrap } from '../text'
import { findRunBy, RUN_USAGE } from './find'

export const seal: Command = {
  name: 'seal',
  usage: RUN_USAGE,
  summary:
    'Withhold what the study of a run finds on test rows, until its seal is broken. Both are kept with their times.',
  arity: [1, 1],
  options: {},
  run: ([text], _flags, context) => change(text!, true, context),
}

export const unseal: Command = {
  name: 'unseal',
  usage: RUN_USAGE,
  summary: 'Break the seal of the study of a run, for good: what it found on test rows is shown from now on.',
  arity: [1, 1],
  options: {},
  run: ([text], _flags, context) => change(text!, false, context),
}

async function change(text: string, sealed: boolean, context: Context): Promise<ExitCode> {
  const { out } = context
  const lab = await context.openLab()
  try {
    const { study, name } = await findRunBy(lab, text)
    const before = (await lab.calls.looks(study)).seals.at(-1)?.sealed === true
    await lab.calls.seal({ study, sealed })
    const looks = await lab.calls.looks(study)
    const stood = sealed ? `The study of “${name}” was sealed already.` : `There was no seal on the study of “${name}”.`
    for (const line of wrap(`${before === sealed ? `${stood} ` : ''}${looks.text}`, out.columns)) out.line(line)
    out.document({ command: sealed ? 'seal' : 'unseal', ok: true, study, looks })
    return EXIT.ok
  } finally {
    await lab.close()
  }
}
