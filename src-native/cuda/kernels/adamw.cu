// The global norm of all gradients, and AdamW over all tensors at once (Loshchilov and Hutter 2019, in PyTorch's order of
// operations). Moments in bf16 are rounded up or down by chance, in proportion to how near they are (arXiv 1502.02551): to the
// nearest, a second moment would never fall, as a share of 1 - beta2 is less than half of what separates two numbers of bf16
// (arXiv 2010.06192). The chance is a hash of weight and update, so that a training repeats, and goes on, to the bit.
#include <cstdint>
#include <cstring>

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

template <typename M>
struct AdamWCall {
  const AdamWStep* step;
  float* w;
  M *m, *v;
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

DEVICE float momentOf(float x) { return x; }
DEVICE float momentOf(std::uint16_t x) {
  const unsigned bits = (unsigned)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/** 32 bits that look like chance (lowbias32, github.com/skeeto/hash-prospector). */
DEVICE unsigned chanceOf(unsigned weight, unsigned update) {
  unsigned x = weight * 0x9E3779B9u ^ update * 0x85EBCA6Bu;
  x = (x ^ x >> 16) * 0x7FEB352Du;
  x = (x ^ x >> 15) * 0x846CA68Bu;
  return x ^ x >> 16;
}

DEVICE void keep(float& to, float x, unsigned) { to = x; }
/** chance: 16 bits. */
DEVICE void keep(std::uint16_t& to, float x, unsigned chance) {
  unsigned bits;
  memcpy(&bits, &x, sizeof bits);
  to = (std::uint16_t)((x != x ? bits : bits + chance) >> 16);
}

template <typename M>
KERNEL adamwEach(AdamWCall<M> p) {
  const long i = (long)blockX() * THREADS + threadIndex();
  if (i >= p.n) return;
  const AdamWStep& s = *p.step;
  float scale = 1;
  if (s.clipNorm > 0) {
    const double share = (double)s.clipNorm / (sqrt(p.squares[0]) + 1e-6);
    if (share < 1) scale = (float)share;
  }
  const float g = p.gradient[i] * scale;
  const float m = s.beta1 * momentOf(p.m[i]) + s.take1 * g, v = s.beta2 * momentOf(p.v[i]) + s.take2 * (g * g);
  const unsigned chance = chanceOf((unsigned)i, s.update);
  keep(p.m[i], m, chance & 0xFFFF);
  keep(p.v[i], v, chance >> 16);
  p.w[i] = p.w[i] * s.decay - s.rate * (m / (sqrtf(v) * s.inverseRoot + s.eps));
}

}  // namespace

void squares(const float* gradient, long n, double* scratch) {
  const unsigned blocks = n < (NORM_SCRATCH - 1) * THREADS ? piecesOf(n, THREADS) : NORM_SCRATCH - 1;
  LAUNCH(sumSquares, Grid{blocks}, THREADS, (SquaresCall{gradient, scratch, n}));
  LAUNCH(sumSquares, Grid{1}, THREADS, (SquaresCall{nullptr, scratch, blocks}));
}

template <typename M>
void adamw(const AdamWStep* step, float* w, M* m, M* v, const float* gradient, long n, const double* scratch) {
  LAUNCH(adamwEach<M>, Grid{piecesOf(n, THREADS)}, THREADS, (AdamWCall<M>{step, w, m, v, gradient, scratch, n}));
}
template void adamw(const AdamWStep*, float*, float*, float*, const float*, long, const double*);
template void adamw(const AdamWStep*, float*, std::uint16_t*, std::uint16_t*, const float*, long, const double*);

}  // namespace w2s::cuda
