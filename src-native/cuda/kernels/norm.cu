// LayerNorm and RMSNorm of rows, a warp each.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int WARPS = 4;

struct NormCall {
  Normed p;
  const float *dy, *add;
  float* out;
  bool measures;  // the statistics are made, not read
};

DEVICE void measure(const Normed& p, long row) {
  const float* x = p.x + row * p.cols;
  const float share = 1.0f / (float)p.cols;
  float mean = 0;
  if (p.kind == Norm::layer) {
    for (long c = laneIndex(); c < p.cols; c += WARP) mean += x[c];
    mean = warpSum(mean) * share;
  }
  float squares = 0;
  for (long c = laneIndex(); c < p.cols; c += WARP) squares += (x[c] - mean) * (x[c] - mean);
  const float rstd = 1.0f / sqrtf(warpSum(squares) * share + p.eps);
  if (laneIndex() == 0) p.mean[row] = mean, p.rstd[row] = rstd;
  WARP_BARRIER();
}

KERNEL normRows(NormCall call) {
  const Normed& p = call.p;
  const long row = (long)blockX() * WARPS + warpIndex();
  if (row >= p.rows) return;
  if (call.measures) measure(p, row);
  const float mean = p.mean[row], rstd = p.rstd[row];
  for (long c = laneIndex(); c < p.cols; c += WARP) {
    const float y = (p.x[row * p.cols + c] - mean) * rstd * p.gamma[c];
    call.out[row * p.cols + c] = p.beta ? y + p.beta[c] : y;
  }
}

/** dx = rstd (g - mean(g) - xhat mean(g xhat)) with g = dy gamma; RMSNorm leaves mean(g) out. */
KERNEL normBackwardRows(NormCall call) {
  const Normed& p = call.p;
  const long row = (long)blockX() * WARPS + warpIndex();
  if (row >= p.rows) return;
  const float *x = p.x + row * p.cols, *dy = call.dy + row * p.cols;
  const float mean = p.mean[row], rstd = p.rstd[row], share = 1.0f / (float)p.cols;
  float sumG = 0, sumGx = 0;
  for (long c = laneIndex(); c < p.cols; c += WARP) {
    const float g = dy[c] * p.gamma[c];
    sumG += g;
    sumGx += g * ((x[c] - mean) * rstd);
  }
  sumG = warpSum(sumG) * share;
  sumGx = warpSum(sumGx) * share;
  if (p.kind == Norm::rms) sumG = 0;
  for (long c = laneIndex(); c < p.cols; c += WARP) {
    const float slope = (dy[c] * p.gamma[c] - sumG - (x[c] - mean) * rstd * sumGx) * rstd;
    call.out[row * p.cols + c] = call.add ? slope + call.add[row * p.cols + c] : slope;
  }
}

Grid gridOf(const Normed& p) { return {piecesOf(p.rows, WARPS)}; }

}  // namespace

void normForward(const Normed& p, float* out) {
  LAUNCH(normRows, gridOf(p), WARPS * WARP, (NormCall{p, nullptr, nullptr, out, true}));
}
void normApply(const Normed& p, float* out) {
  LAUNCH(normRows, gridOf(p), WARPS * WARP, (NormCall{p, nullptr, nullptr, out, false}));
}
void normBackward(const Normed& p, const float* dy, float* dx, const float* add) {
  LAUNCH(normBackwardRows, gridOf(p), WARPS * WARP, (NormCall{p, dy, add, dx, false}));
}

}  // namespace w2s::cuda
