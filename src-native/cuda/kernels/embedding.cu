// Rows of tables, summed per token, and the gradient of each row that a batch used.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 128;

KERNEL embedRows(Embed p) {
  const long row = blockX();
  const float* token = p.tokenTable + p.tokens[row] * p.width;
  const float* position = p.positionTable ? p.positionTable + p.positions[row] * p.width : nullptr;
  for (long c = threadIndex(); c < p.width; c += THREADS) {
    float sum = token[c];
    if (position) sum += position[c];
    if (p.typeTable) sum += p.typeTable[c];
    p.out[row * p.width + c] = sum;
  }
}

KERNEL embedGradientRows(EmbedGradient p) {
  const long i = blockX();
  if (p.starts[i] == p.starts[i + 1]) return;  // an id that is not there
  float* to = p.gradient + p.ids[i] * p.width;
  for (long c = threadIndex(); c < p.width; c += THREADS) {
    float sum = to[c];
    for (int use = p.starts[i]; use < p.starts[i + 1]; use++) sum += p.dx[p.uses[use] * p.width + c];
    to[c] = sum;
  }
}

}  // namespace

void embed(const Embed& p) { LAUNCH(embedRows, Grid{(unsigned)p.rows}, THREADS, p); }
void embedGradient(const EmbedGradient& p) { LAUNCH(embedGradientRows, Grid{(unsigned)p.count}, THREADS, p); }

}  // namespace w2s::cuda
