// The importer's thread: files that the user brings are parsed here, without holding up the thread that serves the window.
import { serve } from '../threads/thread'
import { importerVerbs } from './importer'

serve(importerVerbs())
