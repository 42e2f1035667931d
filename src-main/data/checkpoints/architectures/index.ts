import type { Architecture } from './architecture'
import { bert } from './bert'
import { gpt2 } from './gpt2'
import { llama } from './llama'
import { neox } from './neox'
import { qwen2 } from './qwen2'

/** Every architecture that is read: one file and one line here. */
export const ARCHITECTURES: readonly Architecture[] = [gpt2, neox, llama, qwen2, bert]
