// LayerNorm and RMSNorm over the true width of each row, on panels. Columns beyond the width are zero on entry (their
// gamma is zero) and are kept zero, so that the padding never reaches a sum.
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

/** All ones in lanes below `cols - at`, zero above: masks the padding of the last panel. */
inline vi inside(long cols, long at) { return lanes() < set1i((int)(cols - at)); }

/** Rows taken side by side, since the sums of one alone would wait for its own additions. A row has the same bits either
 * way. */
constexpr int NORM_ROWS = 4;

/** The `at`th vector of row r, counted in floats. */
inline float* vectorOf(const Panels& x, long r, long at) { return x.panels(at / PANEL).row(r) + at % PANEL; }

template <int R>
inline void normalise(const NormCall& p, long r, const Panels& out) {
  vf mean[R], rstd[R];
  repeat<R>([&](auto i) { mean[i] = set1(p.mean[r + i]), rstd[i] = set1(p.rstd[r + i]); });
  for (long c = 0; c < roundUp(p.cols, PANEL); c += W) {
    const float* from = vectorOf(p.x, r, c);
    float* to = vectorOf(out, r, c);
    const vf gamma = load(p.gamma + c), beta = p.beta ? load(p.beta + c) : zero();
    repeat<R>([&](auto i) {
      vf y = (load(from + i * PANEL) - mean[i]) * rstd[i] * gamma;
      store(to + i * PANEL, p.beta ? y + beta : y);
    });
  }
}

template <int R>
inline void normForwardRows(const NormCall& p, long r, const Panels& out) {
  const float share = 1.0f / (float)p.cols;
  vf total[R], centre[R], squares[R];
  repeat<R>([&](auto i) { total[i] = squares[i] = centre[i] = zero(); });
  if (p.kind == Norm::layer) {
    for (long c = 0; c < p.cols; c += W) {
      const float* x = vectorOf(p.x, r, c);
      repeat<R>([&](auto i) { total[i] += load(x + i * PANEL); });
    }
    repeat<R>([&](auto i) { centre[i] = set1(sum(total[i]) * share); });
  }
  for (long c = 0; c < p.cols; c += W) {
    const float* x = vectorOf(p.x, r, c);
    const vi real = inside(p.cols, c);
    repeat<R>([&](auto i) {
      vf d = load(x + i * PANEL) - centre[i];
      if (c + W > p.cols) d = floats(bits(d) & real);
      squares[i] += d * d;
    });
  }
  repeat<R>([&](auto i) {
    p.mean[r + i] = centre[i][0];
    p.rstd[r + i] = 1.0f / __builtin_sqrtf(sum(squares[i]) * share + p.eps);
  });
  normalise<R>(p, r, out);
}

void normForward(const NormCall& p, Panels out) {
  byRows<NORM_ROWS>(p.rows, [&](auto count, long r) { normForwardRows<count()>(p, r, out); });
}

void normApply(const NormCall& p, Panels out) {
  byRows<NORM_ROWS>(p.rows, [&](auto count, long r) { normalise<count()>(p, r, out); });
}

/** Rows of dx = rstd (g - mean(g) - xhat mean(g xhat)) with g = dy gamma; RMSNorm leaves mean(g) out. */
template <int R>
inline void normBackwardRows(const NormCall& p, long r, const Panels& dy, const Panels& dx, const Panels& add) {
  vf mean[R], rstd[R], sumG[R], sumGx[R];
  repeat<R>([&](auto i) {
    mean[i] = set1(p.mean[r + i]), rstd[i] = set1(p.rstd[r + i]);
    sumG[i] = sumGx[i] = zero();
  });
  for (long c = 0; c < p.cols; c += W) {
    const float *x = vectorOf(p.x, r, c), *d = vectorOf(dy, r, c);
    const vf gamma = load(p.gamma + c);
    repeat<R>([&](auto i) {
      vf g = load(d + i * PANEL) * gamma;
      sumG[i] += g;
      sumGx[i] += g * ((load(x + i * PANEL) - mean[i]) * rstd[i]);
    });
  }
  const float share = 1.0f / (float)p.cols;
  repeat<R>([&](auto i) {
    sumG[i] = set1(p.kind == Norm::layer ? sum(sumG[i]) * share : 0.0f);
    sumGx[i] = set1(sum(sumGx[i]) * share);
  });
  for (long c = 0; c < roundUp(p.cols, PANEL); c += W) {
    const float *x = vectorOf(p.x, r, c), *d = vectorOf(dy, r, c), *more = add.data ? vectorOf(add, r, c) : nullptr;
    float* to = vectorOf(dx, r, c);
    const vf gamma = load(p.gamma + c);
    const vi real = inside(p.cols, c);
    repeat<R>([&](auto i) {
      vf xhat = (load(x + i * PANEL) - mean[i]) * rstd[i];
      vf slope = (load(d + i * PANEL) * gamma - sumG[i] - xhat * sumGx[i]) * rstd[i];
      if (c + W > p.cols) slope = floats(bits(slope) & real);
      store(to + i * PANEL, more ? slope + load(more + i * PANEL) : slope);
    });
  }
}

void normBackward(const NormCall& p, Panels dy, Panels dx, Panels add, float* dGamma, float* dBeta) {
  constexpr int VECTORS = PANEL / W;
  for (long panel = 0; dGamma && panel * PANEL < p.cols; panel++) {
    const float *x = p.x.panels(panel).data, *d = dy.panels(panel).data;
    vf gamma[VECTORS], beta[VECTORS];
    repeat<VECTORS>([&](auto j) { gamma[j] = beta[j] = zero(); });
    for (long r = 0; r < p.rows; r++, x += PANEL, d += PANEL) {
      const vf mean = set1(p.mean[r]), rstd = set1(p.rstd[r]);
      repeat<VECTORS>([&](auto j) {
        vf g = load(d + j * W);
        gamma[j] += g * ((load(x + j * W) - mean) * rstd);
        beta[j] += g;
      });
    }
    // Beyond the true width dy is zero, so the padding of dGamma stays zero too.
    repeat<VECTORS>([&](auto j) {
      const long c = panel * PANEL + j * W;
      store(dGamma + c, load(dGamma + c) + gamma[j]);
      if (dBeta) store(dBeta + c, load(dBeta + c) + beta[j]);
    });
  }
  byRows<NORM_ROWS>(p.rows, [&](auto count, long r) { normBackwardRows<count()>(p, r, dy, dx, add); });
}

}  // namespace
}  // namespace w2s
