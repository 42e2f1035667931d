import type { LossVariant } from '../losses/loss'
import type { MethodVariant } from './method'

/** Finetuning the strong model on its supervisor's labels with a loss: every loss is a method, by its own parameters. */
export function byLoss({
  id: loss,
  title,
  help,
  source,
  params,
  schedule,
  mix,
  method,
  texts,
}: LossVariant): MethodVariant {
  return {
    ...{
      id: loss,
      title,
      help,
      source,
      params,
      ...(schedule && { schedule }),
      ...(mix && { mix }),
      ...(texts && { texts }),
      ...method,
    },
    student: (build, values) =>
      build.train({ labels: build.label(build.supervise(build.weak)), loss: { loss, ...values } }),
  }
}
