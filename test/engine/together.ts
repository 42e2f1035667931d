import type { LossBatch, LossVariant } from '../../src-main/science/losses/loss'
import { xent } from '../../src-main/science/losses/xent'
import type { MethodVariant } from '../../src-main/science/methods/method'

/** What `watching` was given. */
export const seen: Omit<LossBatch, 'logits'>[] = []
/** Cross-entropy that writes down what it is given. */
export const watching: LossVariant = {
  ...{ id: 'watching', title: 'Watching', help: 'Made up for tests.', source: '', params: {} },
  compute({ logits, ...labels }) {
    seen.push(labels)
    return xent.compute({ logits, ...labels }, {})
  },
}

/** Two models supervise one student, whose loss is `watching`. */
export const together: MethodVariant = {
  ...{ id: 'together', title: 'Together', help: 'Two models supervise.', source: '', params: {} },
  student(build) {
    const second = build.supervise({ model: 'words', words: 6 })
    return build.train({ labels: build.label([build.supervise(build.weak), second]), loss: { loss: 'watching' } })
  },
}
/** Naive finetuning by a list of one supervisor. */
export const alone: MethodVariant = {
  ...{ id: 'alone', title: 'Naive', help: 'One model supervises.', source: '', params: {} },
  student: (build) => build.train({ labels: build.label([build.supervise(build.weak)]), loss: { loss: 'xent' } }),
}
