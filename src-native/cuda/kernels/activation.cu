// Activations apart from a product, and backward through them; the values are made again instead of kept.
#include "activation.h"

#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 256;

KERNEL activateEach(Activate p) {
  const long i = (long)blockX() * THREADS + threadIndex();
  if (i >= p.rows * p.width) return;
  const long row = i / p.width, column = i % p.width;
  const float* hidden = p.hidden.data + row * p.hidden.stride;
  p.out.data[row * p.out.stride + column] = p.kind == Activation::swiglu
                                                ? silu(hidden[2 * column]).value * hidden[2 * column + 1]
                                                : activation(p.kind, hidden[column]).value;
}

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

void activate(const Activate& p) { LAUNCH(activateEach, Grid{piecesOf(p.rows * p.width, THREADS)}, THREADS, p); }

void activateBackward(const ActivateBackward& p) {
  LAUNCH(activateBackwardEach, Grid{piecesOf(p.rows * p.width, THREADS)}, THREADS, p);
}

}  // namespace w2s::cuda
