// The most likely token of rows of logits, a block each.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int WARPS = 8, THREADS = WARPS * WARP;

struct LikelyCall {
  const float* logits;
  int* tokens;
  long cols;
};

/** A token with its logit. */
struct Likely {
  float logit;
  int token;
};

struct Warps {
  Likely best[WARPS];
};

/** Of tokens that are as likely the first one, whatever the order in which they meet. */
DEVICE Likely better(Likely a, Likely b) {
  return b.logit > a.logit || (b.logit == a.logit && b.token < a.token) ? b : a;
}

/** No number is never more likely than another token, and none is more likely than no number at the first place. */
DEVICE float comparable(float logit, long token) {
  if (logit == logit) return logit;
  return token ? -INFINITY : INFINITY;
}

KERNEL mostLikelyOfRows(LikelyCall p) {
  SHARED(Warps, warps);
  const float* x = p.logits + blockX() * p.cols;
  Likely best{-INFINITY, (int)p.cols};
  for (long c = threadIndex(); c < p.cols; c += THREADS) best = better(best, {comparable(x[c], c), (int)c});
  for (int turn = WARP / 2; turn > 0; turn /= 2) {
    const float logit = SHUFFLE_XOR(best.logit, turn);
    const int token = SHUFFLE_XOR(best.token, turn);
    best = better(best, {logit, token});
  }
  if (laneIndex() == 0) warps.best[warpIndex()] = best;
  BARRIER();
  if (threadIndex()) return;
  for (int w = 1; w < WARPS; w++) best = better(best, warps.best[w]);
  p.tokens[blockX()] = best.token;
}

}  // namespace

void mostLikely(const float* logits, long rows, long cols, int* tokens) {
  LAUNCH(mostLikelyOfRows, Grid{(unsigned)rows}, THREADS, (LikelyCall{logits, tokens, cols}));
}

}  // namespace w2s::cuda
