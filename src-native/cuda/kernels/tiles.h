// What attention's kernels share: tiles of rows in shared memory, and the choice of a kernel by the size of a head.
#pragma once
#include <type_traits>

#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

/** A warp for each row of a tile; a lane for each of WARP rows that it meets at a time. */
template <int D>
struct Meeting {
  float met[WARP][D + 1];   // keys, then values (or queries, then gradients): one after the other
  float own[TILE][D];       // of each warp
  float other[TILE][D];
  float shares[TILE][WARP];  // what a warp's lanes tell each other
  float more[TILE][WARP];
};

/** Rows [from, from + count) of a head's columns into `to`, zeros up to WARP rows. By the whole block. */
template <int D>
DEVICE void loadRows(const View& x, long column, long from, long count, int headSize, float (*to)[D + 1]) {
  for (int t = threadIndex(); t < WARP * headSize; t += TILE * WARP) {
    const int row = t / headSize, d = t % headSize;
    to[row][d] = row < count ? x.data[(from + row) * x.stride + column + d] : 0.0f;
  }
}

DEVICE float dot(const float* a, const float* b, int headSize) {
  float sum = 0;
  for (int d = 0; d < headSize; d++) sum += a[d] * b[d];
  return sum;
}

/** f(std::integral_constant<int, D>) with the smallest D that a head fits into. */
template <typename F>
void byHeadSize(long headSize, F f) {
  if (headSize <= 32)
    f(std::integral_constant<int, 32>{});
  else if (headSize <= 64)
    f(std::integral_constant<int, 64>{});
  else if (headSize <= 128)
    f(std::integral_constant<int, 128>{});
  else
    f(std::integral_constant<int, LARGEST_HEAD>{});
}

}  // namespace w2s::cuda
