// Whole rows: gathered for the head, scattered, averaged over an example, spread again.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 128;

struct RowCall {
  View from, to;
  const int* map;
  long cols;
  bool adds;
};

struct MeanCall {
  const float* from;
  const int *examples, *starts;
  float* to;
  long cols;
};

KERNEL gatherEach(RowCall p) {
  const long row = blockX(), source = p.map[row];
  for (long c = threadIndex(); c < p.cols; c += THREADS)
    p.to.data[row * p.to.stride + c] = source < 0 ? 0.0f : p.from.data[source * p.from.stride + c];
}

KERNEL scatterEach(RowCall p) {
  const long row = blockX(), target = p.map[row];
  if (target < 0) return;
  for (long c = threadIndex(); c < p.cols; c += THREADS) {
    float& to = p.to.data[target * p.to.stride + c];
    const float value = p.from.data[row * p.from.stride + c];
    to = p.adds ? to + value : value;
  }
}

KERNEL clearEach(RowCall p) {
  const long row = blockX();
  if (p.map[row] >= 0) return;
  for (long c = threadIndex(); c < p.cols; c += THREADS) p.to.data[row * p.to.stride + c] = 0;
}

KERNEL averageEach(MeanCall p) {
  const long example = blockX();
  const int from = p.starts[example], to = p.starts[example + 1];
  for (long c = threadIndex(); c < p.cols; c += THREADS) {
    float sum = 0;
    for (long r = from; r < to; r++) sum += p.from[r * p.cols + c];
    p.to[example * p.cols + c] = to > from ? sum / (float)(to - from) : 0.0f;
  }
}

KERNEL spreadEach(MeanCall p) {
  const long row = blockX(), example = p.examples[row];
  const float share = example < 0 ? 0.0f : 1.0f / (float)(p.starts[example + 1] - p.starts[example]);
  for (long c = threadIndex(); c < p.cols; c += THREADS)
    p.to[row * p.cols + c] = example < 0 ? 0.0f : share * p.from[example * p.cols + c];
}

}  // namespace

void gatherRows(View from, const int* map, long rows, long cols, View to) {
  LAUNCH(gatherEach, Grid{(unsigned)rows}, THREADS, (RowCall{from, to, map, cols, false}));
}
void scatterRows(View from, const int* map, long rows, long cols, View to, bool adds) {
  LAUNCH(scatterEach, Grid{(unsigned)rows}, THREADS, (RowCall{from, to, map, cols, adds}));
}
void clearMissing(View x, const int* map, long rows, long cols) {
  LAUNCH(clearEach, Grid{(unsigned)rows}, THREADS, (RowCall{{}, x, map, cols, false}));
}
void averageRows(const float* x, const int* starts, long count, long cols, float* out) {
  LAUNCH(averageEach, Grid{(unsigned)count}, THREADS, (MeanCall{x, nullptr, starts, out, cols}));
}
void spreadRows(const float* dMean, const int* examples, const int* starts, long rows, long cols, float* out) {
  LAUNCH(spreadEach, Grid{(unsigned)rows}, THREADS, (MeanCall{dMean, examples, starts, out, cols}));
}

}  // namespace w2s::cuda
