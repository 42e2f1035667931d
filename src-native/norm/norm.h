// LayerNorm and RMSNorm over the true width of each row, on panels. Columns beyond the width are zero on entry (their
// gamma is zero) and are kept zero, so that the padding never reaches a sum.
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

/** All ones in lanes below `cols - at`, zero above: masks the padding of the last panel. */
inline vi inside(long cols, long at) { return lanes() < set1i((int)(cols - at)); }

/** Applies f(address in the row, column) to every vector of row r that holds at least one true column. */
template <typename F>
inline void alongRow(const Panels& x, long r, long cols, F f) {
  for (long c = 0; c < cols; c += W) f(x.panels(c / PANEL).row(r) + c % PANEL, c);
}

void normalise(const NormCall& p, long r, const Panels& out) {
  const vf mean = set1(p.mean[r]), rstd = set1(p.rstd[r]);
  for (long c = 0; c < roundUp(p.cols, PANEL); c += W) {
    const float* from = p.x.panels(c / PANEL).row(r) + c % PANEL;
    float* to = out.panels(c / PANEL).row(r) + c % PANEL;
    vf y = (load(from) - mean) * rstd * load(p.gamma + c);
    store(to, p.beta ? y + load(p.beta + c) : y);
  }
}

void normForward(const NormCall& p, Panels out) {
  const float share = 1.0f / (float)p.cols;
  for (long r = 0; r < p.rows; r++) {
    float mean = 0;
    if (p.kind == Norm::layer) {
      vf total = zero();
      alongRow(p.x, r, p.cols, [&](const float* x, long) { total += load(x); });
      mean = sum(total) * share;
    }
    vf squares = zero();
    const vf centre = set1(mean);
    alongRow(p.x, r, p.cols, [&](const float* x, long c) {
      vf d = load(x) - centre;
      if (c + W > p.cols) d = floats(bits(d) & inside(p.cols, c));
      squares += d * d;
    });
    p.mean[r] = mean;
    p.rstd[r] = 1.0f / __builtin_sqrtf(sum(squares) * share + p.eps);
    normalise(p, r, out);
  }
}

void normApply(const NormCall& p, Panels out) {
  for (long r = 0; r < p.rows; r++) normalise(p, r, out);
}

/** One row of dx = rstd (g - mean(g) - xhat mean(g xhat)) with g = dy gamma; RMSNorm leaves mean(g) out. */
void normBackwardRow(const NormCall& p, long r, const Panels& dy, const Panels& dx, const Panels& add) {
  const vf mean = set1(p.mean[r]), rstd = set1(p.rstd[r]);
  vf sumG = zero(), sumGx = zero();
  alongRow(p.x, r, p.cols, [&](const float* x, long c) {
    vf g = load(dy.panels(c / PANEL).row(r) + c % PANEL) * load(p.gamma + c);
    sumG += g;
    sumGx += g * ((load(x) - mean) * rstd);
  });
  const float share = 1.0f / (float)p.cols;
  const vf meanG = set1(p.kind == Norm::layer ? sum(sumG) * share : 0.0f), meanGx = set1(sum(sumGx) * share);
  for (long c = 0; c < roundUp(p.cols, PANEL); c += W) {
    const long panel = c / PANEL, at = c % PANEL;
    vf xhat = (load(p.x.panels(panel).row(r) + at) - mean) * rstd;
    vf g = load(dy.panels(panel).row(r) + at) * load(p.gamma + c);
    vf d = (g - meanG - xhat * meanGx) * rstd;
    if (c + W > p.cols) d = floats(bits(d) & inside(p.cols, c));
    if (add.data) d += load(add.panels(panel).row(r) + at);
    store(dx.panels(panel).row(r) + at, d);
  }
}

void normBackward(const NormCall& p, Panels dy, Panels dx, Panels add, float* dGamma, float* dBeta) {
  if (dGamma)
    for (long c = 0; c < p.cols; c += W) {
      const Panels x = p.x.panels(c / PANEL), d = dy.panels(c / PANEL);
      vf gamma = zero(), beta = zero();
      for (long r = 0; r < p.rows; r++) {
        vf g = load(d.row(r) + c % PANEL);
        gamma += g * ((load(x.row(r) + c % PANEL) - set1(p.mean[r])) * set1(p.rstd[r]));
        beta += g;
      }
      // Beyond the true width dy is zero, so the padding of dGamma stays zero too.
      store(dGamma + c, load(dGamma + c) + gamma);
      if (dBeta) store(dBeta + c, load(dBeta + c) + beta);
    }
  for (long r = 0; r < p.rows; r++) normBackwardRow(p, r, dy, dx, add);
}

}  // namespace
}  // namespace w2s
