// The librarian's thread: models are fetched and hashed here, without holding up the thread that serves the window.
import { workerData } from 'node:worker_threads'
import { serve } from '../threads/thread'
import { librarianVerbs, modelsOf, type LibrarianData } from './librarian'

const data = workerData as LibrarianData
serve(librarianVerbs(modelsOf(data)), data.options.cache)
