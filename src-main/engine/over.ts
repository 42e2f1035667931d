import type { Learner } from './backends/learner'

/** A learner with some of its calls done otherwise. */
export function over(learner: Learner, otherwise: Partial<Learner>): Learner {
  return {
    ...{ net: learner.net, pieces: learner.pieces },
    forward: (batch) => learner.forward(batch),
    gradients: (batch, dLogits) => learner.gradients(batch, dLogits),
    step: (update) => learner.step(update),
    lmStep: (batch) => learner.lmStep(batch),
    score: (batch) => learner.score(batch),
    features: (batch, layer) => learner.features(batch, layer),
    generate: (batch, options) => learner.generate(batch, options),
    memory: () => learner.memory(),
    readGradients: () => learner.readGradients(),
    save: () => learner.save(),
    load: (weights) => learner.load(weights),
    saveOptimiser: () => learner.saveOptimiser(),
    restoreOptimiser: (state) => learner.restoreOptimiser(state),
    dispose: () => learner.dispose(),
    ...otherwise,
  }
}
