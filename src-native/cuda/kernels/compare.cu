// How far two matrices are apart.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 256, WARPS = THREADS / WARP;

struct CompareCall {
  View a, b;
  long rows, cols;
  float* out;  // [blocks][2]
};

struct Most {
  float apart[WARPS], size[WARPS];
};

KERNEL compareBlocks(CompareCall p) {
  SHARED(Most, most);
  float apart = 0, size = 0;
  for (long i = (long)blockX() * THREADS + threadIndex(); i < p.rows * p.cols; i += COMPARED / 2 * THREADS) {
    const long row = i / p.cols, column = i % p.cols;
    const float a = p.a.data[row * p.a.stride + column], d = fabsf(a - p.b.data[row * p.b.stride + column]);
    apart = d <= apart ? apart : d == d ? d : INFINITY;  // NaN is as far as can be
    size = fmaxf(size, fabsf(a));
  }
  apart = warpMax(apart), size = warpMax(size);
  if (!laneIndex()) most.apart[warpIndex()] = apart, most.size[warpIndex()] = size;
  BARRIER();
  if (threadIndex()) return;
  for (int w = 1; w < WARPS; w++) apart = fmaxf(apart, most.apart[w]), size = fmaxf(size, most.size[w]);
  p.out[blockX() * 2] = apart, p.out[blockX() * 2 + 1] = size;
}

}  // namespace

long compare(View a, View b, long rows, long cols, float* out) {
  const unsigned pieces = piecesOf(rows * cols, THREADS), most = COMPARED / 2;
  const unsigned blocks = pieces < most ? pieces : most;
  LAUNCH(compareBlocks, Grid{blocks}, THREADS, (CompareCall{a, b, rows, cols, out}));
  return blocks;
}

}  // namespace w2s::cuda
