import type { MethodVariant } from './method'

/** Finetune the strong model on the supervisor's labels as they are. */
export const naive: MethodVariant = {
  id: 'naive',
  title: 'Naive',
  help: 'The student fits the supervisor’s labels as they are. The baseline of every comparison.',
  source: 'arXiv 2312.09390 3.1',
  params: {},
  student: (build) => build.train({ labels: build.label(build.weak), loss: { loss: 'xent' } }),
}
