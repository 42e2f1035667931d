// Backward through an activation; the values are made again instead of kept.
#include "activation.h"

#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 256;

KERNEL activateBackwardEach(ActivateBackward p) {
  const long i = (long)blockX() * THREADS + threadIndex();
  if (i >= p.rows * p.width) return;
  const float dOut = p.out[i];
  if (p.kind != Activation::swiglu) {
    const Slope f = activation(p.kind, p.hidden[i]);
    p.dHidden[i] = dOut * f.slope;
    p.out[i] = f.value;
    return;
  }
  const Slope gate = silu(p.hidden[2 * i]);
  const float up = p.hidden[2 * i + 1];
  p.dHidden[2 * i] = dOut * up * gate.slope;
  p.dHidden[2 * i + 1] = dOut * gate.value;
  p.out[i] = gate.value * up;
}

}  // namespace

void activateBackward(const ActivateBackward& p) {
  LAUNCH(activateBackwardEach, Grid{piecesOf(p.rows * p.width, THREADS)}, THREADS, p);
}

}  // namespace w2s::cuda
