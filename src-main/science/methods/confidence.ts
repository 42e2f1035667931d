import { LOGCONF_PARAMS } from '../losses/logconf'
import type { Values } from '../spec/params'
import type { MethodVariant } from './method'

/** Finetune the strong model on the supervisor's labels with the auxiliary confidence loss. */
export const confidence: MethodVariant = {
  id: 'confidence',
  title: 'Confidence',
  help: 'The student fits the supervisor’s labels and, more and more, its own confident predictions. Helps most where the gap is large; may harm where it is small.',
  source: 'arXiv 2312.09390 4.3.2, A.4',
  params: LOGCONF_PARAMS,
  student(build, params) {
    const loss = { loss: 'logconf', ...(params as Values<typeof LOGCONF_PARAMS>) }
    return build.train({ labels: build.label(build.weak), loss })
  },
}
