import type { Texts } from '../../science/answers'
import { piecesOf, takeExamples } from '../backends/batches'
import type { LanguageBatch, TokenBatch } from '../backends/learner'
import type { Asking } from './asking'

/** What a net is taught to write. */
export interface TextLesson {
  /** Texts with what is to follow them, which begins at `from`. */
  batch: LanguageBatch & Required<Pick<LanguageBatch, 'from'>>
  /** Most tokens that it may write. */
  most: number
  /** The token that ends what is written. */
  stop: number | undefined
  textOf: (tokens: number[]) => string
}

/**
 * A text is gone on with: the net is taught what follows, token by token, and asked by letting it write the likeliest token
 * each time. What it has written is scored as it stands, with the token that ended it.
 */
export function language({ batch, most, stop, textOf }: TextLesson): Asking<Texts> {
  return {
    examples: batch.n,
    async teach(learner, chosen) {
      const texts = takeExamples(batch, chosen) as TokenBatch
      const from = Int32Array.from(chosen, (example) => batch.from[example]!)
      return { loss: await learner.lmStep({ ...texts, from }), extras: {} }
    },
    async ask(learner, split, breathe, tell): Promise<Texts> {
      const texts: string[] = []
      const likelihood = new Float32Array(split.n)
      for (const piece of piecesOf(learner, split)) {
        await breathe()
        const asked = piece as TokenBatch
        const written = await learner.generate(asked, { most, ...(stop !== undefined && { stop }) })
        likelihood.set(await learner.score(continued(asked, written)), texts.length)
        texts.push(...written.map((tokens) => textOf([...tokens].filter((token) => token !== stop))))
        tell(texts.length)
      }
      return { kind: 'text', texts, likelihood }
    },
  }
}

/** Every text with what was written after it. */
function continued({ n, tokens, offsets }: TokenBatch, written: readonly Int32Array[]): LanguageBatch {
  const from = Int32Array.from({ length: n }, (_, i) => offsets[i + 1]! - offsets[i]!)
  const all = new Int32Array(tokens.length + written.reduce((sum, { length }) => sum + length, 0))
  const ends = new Int32Array(n + 1)
  written.forEach((more, i) => {
    all.set(tokens.subarray(offsets[i], offsets[i + 1]), ends[i])
    all.set(more, ends[i]! + from[i]!)
    ends[i + 1] = ends[i]! + from[i]! + more.length
  })
  return { n, tokens: all, offsets: ends, from }
}
