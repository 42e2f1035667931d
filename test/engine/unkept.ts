import { join } from 'node:path'
import type { AnswersFile } from '../../src-main/data/evaluations'
import type { Resumable } from '../../src-main/engine/loop'
import type { Answers } from '../../src-main/science/answers'
import { temporaryFolder } from '../store/temporary'

/** Of a training that begins, in a folder of its own. */
export function unkept<A extends Answers>(answers: AnswersFile<A>): Resumable<A> {
  const place = { device: 'test', threads: 1, isa: null }
  return { file: join(temporaryFolder(), 'unfinished.bin'), place, kept: null, answers }
}
