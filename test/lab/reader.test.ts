// A model that takes too long or too much to read, through the whole lab: refused by name, and all goes on.
import { cpSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../store/temporary'
import { builtProcesses } from './built'
import { openLab } from './tools'

const built = builtProcesses({ hostile: resolve(import.meta.dirname, 'fixtures/hostile-reader.ts') })

test.each([
  ['endless', 4000, /^Reading .*endless took longer than 4 s and was stopped\.$/],
  ['greedy', 60_000, /^Reading .*greedy needed more than 64 MB of memory and was stopped\.$/],
])('a model whose reading is %s is refused; the lab is usable meanwhile and after', async (name, deadline, message) => {
  const cache = temporaryFolder()
  const lab = await openLab({
    ...{ cache, librarian: built.entry('librarian'), reader: built.entry('hostile') },
    reading: { deadline, heap: 64 },
  })
  const folders = temporaryFolder()
  const [hostile, sound] = [name, 'sound'].map((folder) => join(folders, folder)) as [string, string]
  for (const folder of [hostile, sound])
    cpSync(resolve(import.meta.dirname, '../golden/models/tiny-gpt2'), folder, { recursive: true })
  let refused: unknown = null
  const adding = lab.calls.modelAdd(hostile).catch((error: unknown) => (refused = error))
  const before = await lab.calls.models()
  expect([before.length > 0, refused]).toEqual([true, null])
  await adding
  expect(refused).toMatchObject({ code: 'bad-input', message: expect.stringMatching(message) as string })
  const { id } = await lab.calls.modelAdd(sound)
  const after = await lab.calls.models()
  expect(after.map((model) => model.id).sort()).toEqual([...before.map((model) => model.id), id].sort())
})
