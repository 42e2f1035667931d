// Softmax cross-entropy of rows of logits, a block each, in place.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int WARPS = 8, THREADS = WARPS * WARP;

struct LossCall {
  float* logits;
  const int* targets;
  float* losses;
  long cols;
  const float* scale;
};

struct Warps {
  float largest[WARPS], total[WARPS];
};

KERNEL crossEntropyRows(LossCall p) {
  SHARED(Warps, warps);
  float* x = p.logits + blockX() * p.cols;
  const long target = p.targets[blockX()];
  float largest = -INFINITY;
  for (long c = threadIndex(); c < p.cols; c += THREADS) largest = fmaxf(largest, x[c]);
  largest = warpMax(largest);
  if (laneIndex() == 0) warps.largest[warpIndex()] = largest;
  BARRIER();
  for (int w = 0; w < WARPS; w++) largest = fmaxf(largest, warps.largest[w]);
  float total = 0;
  for (long c = threadIndex(); c < p.cols; c += THREADS) total += expf(x[c] - largest);
  total = warpSum(total);
  if (laneIndex() == 0) warps.total[warpIndex()] = total;
  BARRIER();
  total = 0;
  for (int w = 0; w < WARPS; w++) total += warps.total[w];
  if (threadIndex() == 0) p.losses[blockX()] = target < 0 ? 0.0f : largest - x[target] + logf(total);
  if (!p.scale) return;
  BARRIER();  // the target's logit was read
  const float scale = target < 0 ? 0.0f : *p.scale;
  for (long c = threadIndex(); c < p.cols; c += THREADS) {
    const float probability = expf(x[c] - largest) / total;
    x[c] = scale * (c == target ? probability - 1 : probability);
  }
}

}  // namespace

void crossEntropy(float* logits, const int* targets, long rows, long cols, const float* scale, float* losses) {
  LAUNCH(crossEntropyRows, Grid{(unsigned)rows}, THREADS, (LossCall{logits, targets, losses, cols, scale}));
}

}  // namespace w2s::cuda
