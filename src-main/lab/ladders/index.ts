import { existsSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { JsonError, parseJson } from '../../data/json'
import { arrangementsOf, ladderSchema, type Ladder, type ListedLadder } from '../../science/ladders/ladder'
import { oneOf, problemsOf, show } from '../../science/spec/problems'
import { badInput, LabError } from '../errors'

/** Named ladders of models: those that came with the app, and those of this home. */
export interface Ladders {
  list(): ListedLadder[]
  /**
   * Puts a ladder in place of one of this home with its id, or beside them.
   * @param known ids of the models that there are
   * @throws LabError `bad-input`; `conflict` for one that came with the app
   */
  save(ladder: Ladder, known: readonly string[]): Promise<null>
  /** @throws LabError */
  remove(id: string): Promise<null>
}

const listed = (ladder: Ladder, origin: ListedLadder['origin']): ListedLadder => ({
  ...ladder,
  origin,
  arrangements: arrangementsOf(ladder),
})

const fileSchema = z.strictObject({ ladders: z.array(ladderSchema) })

/** @throws LabError naming the file that is not as it should be */
export function openLadders(home: string, resources: string): Ladders {
  const file = join(home, 'ladders.json')
  const bundled = readLadders(join(resources, 'ladders', 'ladders.json'))
  let own = readLadders(file)
  async function write(next: Ladder[]): Promise<null> {
    const handle = await open(`${file}.new`, 'w')
    try {
      await handle.writeFile(`${JSON.stringify({ ladders: next }, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(`${file}.new`, file)
    own = next
    return null
  }
  const refuseBundled = (id: string) => {
    if (bundled.some((ladder) => ladder.id === id))
      throw new LabError('conflict', `The ladder "${id}" came with the app and stays as it is. Choose another name.`)
  }
  return {
    list: () => [...bundled.map((ladder) => listed(ladder, 'bundled')), ...own.map((ladder) => listed(ladder, 'own'))],
    async save(given, known) {
      const ladder = checked(given, known)
      refuseBundled(ladder.id)
      return write([...own.filter(({ id }) => id !== ladder.id), ladder])
    },
    async remove(id) {
      refuseBundled(id)
      if (!own.some((ladder) => ladder.id === id)) throw new LabError('not-found', `There is no ladder "${id}".`)
      return write(own.filter((ladder) => ladder.id !== id))
    },
  }
}

function checked(given: Ladder, known: readonly string[]): Ladder {
  const parsed = ladderSchema.safeParse(given)
  if (!parsed.success) throw badInput(problemsOf(parsed.error, given, ladderSchema))
  const unknown = parsed.data.models.flatMap((model, i) =>
    known.includes(model) ? [] : [{ path: `models[${i}]`, expected: oneOf(known, model), got: show(model) }],
  )
  if (unknown.length > 0) throw badInput(unknown)
  return parsed.data
}

function readLadders(file: string): Ladder[] {
  if (!existsSync(file)) return []
  let value: unknown
  try {
    value = parseJson(readFileSync(file, 'utf8'))
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    throw new LabError('damaged', `${file}: ${error.message}`)
  }
  const parsed = fileSchema.safeParse(value)
  if (parsed.success) return parsed.data.ladders
  const told = problemsOf(parsed.error, value, fileSchema).map((p) => `${p.path}: expected ${p.expected}, got ${p.got}`)
  throw new LabError('damaged', `${file}: ${told.join('; ')}`)
}
