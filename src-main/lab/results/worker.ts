// The analyst's thread: answers questions about finished stages, and does chores that wait for the disk, without holding
// up the thread that serves the window.
import { serve } from '../threads/thread'
import { analystVerbs } from './analyst'

serve(analystVerbs())
