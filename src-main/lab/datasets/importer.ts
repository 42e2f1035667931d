import { importGames } from '../../data/corpora/import'
import type { CorpusRequest } from '../../data/corpora/types'
import { DatasetError, importDataset, previewDataset } from '../../data/datasets'
import { lookAtTask, type LookRequest } from '../../data/datasets/look'
import { showTask, type ShownRequest } from '../../data/datasets/shown'
import type { DatasetQuery, ImportRequest } from '../../data/datasets/types'
import { importSlice, type SliceRequest } from '../../data/datasets/slice'
import { sizesOfFolders } from '../../data/folders'
import { badInput, LabError } from '../errors'
import { readPrepared } from '../results/prepared'
import { createThread, inThisThread, type Task, type Thread } from '../threads/thread'

/** What the importer does: reads files that the user brings, which may be anything, and looks through folders. @throws LabError */
export function importerVerbs() {
  return {
    preview: (query: DatasetQuery, task: Task) => explained(previewDataset(query, watchOf(task))),
    import: ({ request, folder }: { request: ImportRequest; folder: string }, task: Task) =>
      explained(importDataset(request, folder, watchOf(task))),
    show: (request: ShownRequest) => showTask(request),
    look: (request: LookRequest) => lookAtTask(request),
    slice: ({ slice, folder }: { slice: MadeSlice; folder: string }, task: Task) =>
      explained(sliced(slice, folder, task)),
    /** See `sizesOfFolders`. */
    sizes: (folders: readonly string[]) => sizesOfFolders(folders),
    games: ({ request, folder }: { request: CorpusRequest; folder: string }, task: Task) =>
      explained(importGames(request, folder, watchOf(task))),
  }
}

/** A slice, by the folder of the examples that it is of and the places of its own among the test rows. */
export interface MadeSlice {
  request: Omit<SliceRequest, 'tested' | 'chosen'>
  data: string
  chosen: readonly number[]
}

async function sliced({ request, data, chosen }: MadeSlice, folder: string, task: Task) {
  const { test } = (await readPrepared(data)).splits
  const tested = test.map(({ id }) => id)
  return importSlice({ ...request, tested, chosen: chosen.map((place) => tested[place]!) }, folder, watchOf(task))
}

/** Reads datasets: seconds of parsing that must not hold up the thread of the window. */
export type Importer = Thread<ReturnType<typeof importerVerbs>>

/** Megabytes for the numbers that are kept of half a million rows, several times over. */
const HEAP = 1536

/** @param script the built `importer.js`; without it this thread reads. */
export function createImporter(script: string | undefined): Importer {
  return script === undefined ? inThisThread(importerVerbs()) : createThread({ script, heap: HEAP })
}

const watchOf = ({ signal, onProgress }: Task) => ({
  signal,
  onRead: (done: number, total: number) => onProgress?.({ phase: 'Reading', done, total }),
})

/** A dataset that cannot be taken is bad input, line by line; of the file as a whole no place needs naming. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    const { message, problems } = badInput(error.problems)
    throw new LabError('bad-input', message.replace(/^path: e/gm, 'E'), problems)
  }
}
