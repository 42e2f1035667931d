// The librarian's thread: models are fetched, parsed and hashed here, without holding up the thread that serves the window.
import { workerData } from 'node:worker_threads'
import { createModels, type ModelsOptions } from '../../data/models'
import { serve } from '../thread'
import { librarianVerbs } from './librarian'

const options = workerData as ModelsOptions
serve(librarianVerbs(createModels(options)), options.cache)
