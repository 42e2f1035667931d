// The global norm of all gradients, and AdamW over all tensors at once (Loshchilov and Hutter 2019, in PyTorch's order of
// operations).
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int WARPS = 8, THREADS = WARPS * WARP;

struct SquaresCall {
  const float* gradient;  // null: the partial sums themselves
  double* scratch;        // [0]: the sum; then a partial sum for each block
  long n;
};

struct AdamWCall {
  const AdamWStep* step;
  float *w, *m, *v;
  const float* gradient;
  const double* squares;
  long n;
};

struct Partials {
  double at[WARPS];
};

KERNEL sumSquares(SquaresCall p) {
  SHARED(Partials, partials);
  const long apart = p.gradient ? (NORM_SCRATCH - 1) * THREADS : THREADS;
  double sum = 0;
  for (long i = (long)blockX() * THREADS + threadIndex(); i < p.n; i += apart)
    sum += p.gradient ? (double)p.gradient[i] * p.gradient[i] : p.scratch[1 + i];
  sum = warpSum(sum);
  if (laneIndex() == 0) partials.at[warpIndex()] = sum;
  BARRIER();
  if (threadIndex()) return;
  for (int w = 1; w < WARPS; w++) sum += partials.at[w];
  p.scratch[p.gradient ? 1 + blockX() : 0] = sum;
}

KERNEL adamwEach(AdamWCall p) {
  const long i = (long)blockX() * THREADS + threadIndex();
  if (i >= p.n) return;
  const AdamWStep& s = *p.step;
  float scale = 1;
  if (s.clipNorm > 0) {
    const double share = (double)s.clipNorm / (sqrt(p.squares[0]) + 1e-6);
    if (share < 1) scale = (float)share;
  }
  const float g = p.gradient[i] * scale;
  const float m = s.beta1 * p.m[i] + s.take1 * g, v = s.beta2 * p.v[i] + s.take2 * (g * g);
  p.m[i] = m;
  p.v[i] = v;
  p.w[i] = p.w[i] * s.decay - s.rate * (m / (sqrtf(v) * s.inverseRoot + s.eps));
}

}  // namespace

void squares(const float* gradient, long n, double* scratch) {
  const unsigned blocks = n < (NORM_SCRATCH - 1) * THREADS ? piecesOf(n, THREADS) : NORM_SCRATCH - 1;
  LAUNCH(sumSquares, Grid{blocks}, THREADS, (SquaresCall{gradient, scratch, n}));
  LAUNCH(sumSquares, Grid{1}, THREADS, (SquaresCall{nullptr, scratch, blocks}));
}

void adamw(const AdamWStep* step, float* w, float* m, float* v, const float* gradient, long n, const double* scratch) {
  LAUNCH(adamwEach, Grid{piecesOf(n, THREADS)}, THREADS, (AdamWCall{step, w, m, v, gradient, scratch, n}));
}

}  // namespace w2s::cuda
