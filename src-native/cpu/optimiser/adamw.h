// AdamW over flat memory (Loshchilov and Hutter 2019, in PyTorch's order of operations).
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

/** Adds every thread's gradient into the first one's; returns the sum of squares of the sums. */
double sumGradients(float* const* gradients, int threads, long n) {
  vf squares = zero();
  for (long i = 0; i < n; i += W) {
    vf g = load(gradients[0] + i);
    for (int t = 1; t < threads; t++) g += load(gradients[t] + i);
    if (threads > 1) store(gradients[0] + i, g);
    squares += g * g;
  }
  return (double)sum(squares);
}

/** This step's constants, broadcast; one function for both kernels, so that both round alike. */
struct Update {
  vf keep1, take1, keep2, take2, decay, rate, root, eps;

  explicit Update(const AdamWConstants& p)
      : keep1(set1(p.beta1)),
        take1(set1(p.take1)),
        keep2(set1(p.beta2)),
        take2(set1(p.take2)),
        decay(set1(p.decay)),
        rate(set1(p.rate)),
        root(set1(p.inverseRoot)),
        eps(set1(p.eps)) {}

  inline void operator()(vf gradient, vf& w, vf& m, vf& v) const {
    m = keep1 * m + take1 * gradient;
    v = keep2 * v + take2 * (gradient * gradient);
    w = w * decay - rate * (m / (sqrt(v) * root + eps));
  }
};

double adamw(const AdamWConstants& p, float* w, float* m, float* v, const float* const* gradients, int threads,
             long n) {
  const Update update(p);
  const vf clip = set1(p.gradientScale);
  vf squares = zero();
  for (long i = 0; i < n; i += W) {
    vf weight = load(w + i), first = load(m + i), second = load(v + i), g = load(gradients[0] + i);
    for (int t = 1; t < threads; t++) g += load(gradients[t] + i);
    squares += g * g;
    update(g * clip, weight, first, second);
    store(w + i, weight);
    store(m + i, first);
    store(v + i, second);
  }
  return (double)sum(squares);
}

void adamwIdle(const AdamWConstants* steps, long count, float* w, float* m, float* v, long n) {
  if (!m) {  // zero moments: 0 / (0 + eps) leaves the decay
    for (long i = 0; i < n; i += W) {
      vf weight = load(w + i);
      for (long s = 0; s < count; s++) weight = weight * set1(steps[s].decay);
      store(w + i, weight);
    }
    return;
  }
  for (long i = 0; i < n; i += W) {
    vf weight = load(w + i), first = load(m + i), second = load(v + i);
    for (long s = 0; s < count; s++) Update{steps[s]}(zero(), weight, first, second);
    store(w + i, weight);
    store(m + i, first);
    store(v + i, second);
  }
}

}  // namespace
}  // namespace w2s
