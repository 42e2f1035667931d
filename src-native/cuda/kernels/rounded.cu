// A matrix as bf16, for who takes factors only so.
#include "../device/mma.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 256;

struct RoundCall {
  View from;
  long rows, cols;
  std::uint16_t* to;
  long stride;
};

KERNEL roundEach(RoundCall p) {
  const long i = (long)blockX() * THREADS + threadIndex();
  if (i >= p.rows * p.stride) return;
  const long row = i / p.stride, column = i % p.stride;
  p.to[i] = (std::uint16_t)bf16Pair(column < p.cols ? p.from.data[row * p.from.stride + column] : 0.0f, 0.0f);
}

}  // namespace

void roundRows(View from, long rows, long cols, std::uint16_t* to, long stride) {
  LAUNCH(roundEach, Grid{piecesOf(rows * stride, THREADS)}, THREADS, (RoundCall{from, rows, cols, to, stride}));
}

}  // namespace w2s::cuda
