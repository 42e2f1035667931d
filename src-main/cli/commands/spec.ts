import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { readText, SpecTextError } from '../../../src-preload/spec-text'
import { JsonError, parseJson } from '../../data/json'
import { readRegular } from '../../data/regular'
import { badInput } from '../../lab/errors'
import type { Lab } from '../../lab/options'
import { oneOf, show } from '../../science/spec/problems'
import type { Context } from '../context'
import { badArgument } from '../errors'

/** What a spec may be named by, for the help. */
export const SPEC_USAGE = '<preset | spec.yaml | spec.json>'

/** Bytes of a spec. One that plans as many stages as there may be is far smaller. */
const LARGEST_SPEC = 16 * 2 ** 20

/** The spec that an argument means: of a preset, or of a file. @throws LabError naming what there is */
export async function readSpec(lab: Lab, what: string, { cwd }: Context): Promise<unknown> {
  const { presets } = await lab.calls.catalog()
  const preset = presets.find((p) => p.id === what)
  if (preset) return preset.spec
  const path = resolve(cwd, what)
  const isFolder = what !== '' && existsSync(path) && statSync(path).isDirectory()
  if (what === '' || isFolder || !existsSync(path)) {
    const ids = presets.map((p) => p.id)
    const got = isFolder ? `the folder ${show(what)}` : show(what)
    throw badArgument(SPEC_USAGE, `a file, or ${oneOf(ids, what)}`, got)
  }
  const bytes = await readRegular(path, LARGEST_SPEC).catch((error: Error) => {
    throw badArgument(what, 'a file that can be read', error.message)
  })
  return /\.ya?ml$/i.test(path) ? fromYaml(bytes.toString(), what) : fromJson(bytes.toString(), what)
}

function fromJson(text: string, what: string): unknown {
  try {
    return parseJson(text)
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw badInput(error.problems.map((p) => ({ ...p, path: p.path || what })))
  }
}

function fromYaml(text: string, what: string): unknown {
  try {
    return readText(text).value
  } catch (error) {
    if (!(error instanceof SpecTextError)) throw error
    throw badArgument(`${what}, line ${error.line}`, 'a spec as YAML', error.message)
  }
}
