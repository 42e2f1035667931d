// Softmax cross-entropy over a large vocabulary, in place on a block of logits: the loss of language models. (Every
// other loss is TypeScript on small logits.)
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

/** `scratch`: 2 * 32 floats a row, running maxima, then sums, one per column of a panel: rows are finished at the end.
 */
void crossEntropy(Panels x, long rows, long cols, const int* target, float scale, double* rowLoss, float* scratch) {
  float* tops = scratch;
  float* totals = scratch + rows * PANEL;
  const vf lowest = set1(-3e38f);
  for (long i = 0; i < rows * PANEL; i += W) {
    store(tops + i, lowest);
    store(totals + i, zero());
  }
  auto each = [&](auto f) {  // f(address of a vector, its row's place, lanes that are true columns)
    for (long panel = 0; panel * PANEL < cols; panel++)
      for (long r = 0; r < rows; r++)
        for (long at = 0; at < PANEL; at += W) {
          long left = cols - panel * PANEL - at;
          f(x.panels(panel).row(r) + at, r, at, lanes() < set1i((int)least(left, W)));
        }
  };
  each([&](float* p, long r, long at, vi real) {
    float* top = tops + r * PANEL + at;
    store(top, max(load(top), real ? load(p) : lowest));
  });
  for (long r = 0; r < rows; r++) {
    vf most = lowest;
    for (long at = 0; at < PANEL; at += W) most = max(most, load(tops + r * PANEL + at));
    const float top = largest(most);
    for (long at = 0; at < PANEL; at += W) store(tops + r * PANEL + at, set1(top));
    long t = target[r];
    rowLoss[r] = t < 0 ? 0.0 : (double)top - (double)x.panels(t / PANEL).row(r)[t % PANEL];
  }
  each([&](float* p, long r, long at, vi real) {
    vf e = floats(bits(exp(load(p) - load(tops + r * PANEL + at))) & real);
    store(p, e);
    float* total = totals + r * PANEL + at;
    store(total, load(total) + e);
  });
  for (long r = 0; r < rows; r++) {
    vf total = zero();
    for (long at = 0; at < PANEL; at += W) total += load(totals + r * PANEL + at);
    const float denominator = sum(total);
    if (target[r] >= 0) rowLoss[r] += __builtin_log((double)denominator);
    const vf share = set1(target[r] < 0 ? 0.0f : scale / denominator);
    for (long at = 0; at < PANEL; at += W) store(totals + r * PANEL + at, share);
  }
  if (scale == 0) return;
  each([&](float* p, long r, long at, vi) { store(p, load(p) * load(totals + r * PANEL + at)); });
  for (long r = 0; r < rows; r++)
    if (long t = target[r]; t >= 0) x.panels(t / PANEL).row(r)[t % PANEL] -= scale;
}

}  // namespace
}  // namespace w2s
