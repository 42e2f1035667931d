import type { LossVariant } from '../losses/loss'
import type { MethodVariant } from './method'

/** Finetuning the strong model on its supervisor's labels with a loss: every loss is a method, by its own parameters. */
export function byLoss({ id: loss, method, compute: _, ...said }: LossVariant): MethodVariant {
  return {
    ...{ id: loss, ...said, ...method },
    student: (build, params) =>
      build.train({ labels: build.label(build.supervise(build.weak)), loss: { loss, ...params } }),
  }
}
