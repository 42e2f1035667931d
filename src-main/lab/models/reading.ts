// The reader's thread: headers, config and tokenizer of one model are parsed here, and it may be ended at any moment.
import { serve } from '../threads/thread'
import { readerVerbs } from './reader'

serve(readerVerbs)
