// Matrix products in single precision: a block makes a tile of SIDE x SIDE numbers, each thread 4 x 4 of them in registers,
// from strips of DEPTH that pass through shared memory. Bias, sum and activation are put on before anything is written.
#include "finish.h"

namespace w2s::cuda {

namespace {

constexpr int SIDE = 64, DEPTH = 16, EACH = 4, ACROSS = SIDE / EACH, THREADS = ACROSS * ACROSS;

struct Strips {
  // By depth first, so that a thread's four numbers lie together; one float more a line, so that writes meet other banks.
  float a[DEPTH][SIDE + 1], b[DEPTH][SIDE + 1];
};

/** strip[k][i] = element (first + i, from + k) of [rows, depth], zero outside. Lanes go along what is contiguous. */
template <bool TURNED>
DEVICE void loadStrip(const View& x, long first, long rows, long from, long depth, float (*strip)[SIDE + 1]) {
  for (int t = threadIndex(); t < SIDE * DEPTH; t += THREADS) {
    const int i = TURNED ? t % SIDE : t / DEPTH, k = TURNED ? t / SIDE : t % DEPTH;
    const long row = first + i, column = from + k;
    const bool inside = row < rows && column < depth;
    strip[k][i] = !inside ? 0.0f : TURNED ? x.data[column * x.stride + row] : x.data[row * x.stride + column];
  }
}

template <bool TURN_A, bool TURN_B>
KERNEL gemmTile(Gemm p) {
  SHARED(Strips, strips);
  const long firstRow = (long)blockY() * SIDE, firstColumn = (long)blockX() * SIDE;
  const int down = threadIndex() / ACROSS * EACH, right = threadIndex() % ACROSS * EACH;
  Registers<EACH * EACH> sums;
  Registers<EACH> a, b;
  UNROLL
  for (int i = 0; i < EACH * EACH; i++) sums[i] = 0;
  for (long from = 0; from < p.k; from += DEPTH) {
    loadStrip<TURN_A>(p.a, firstRow, p.m, from, p.k, strips.a);
    loadStrip<!TURN_B>(p.b, firstColumn, p.n, from, p.k, strips.b);
    BARRIER();
    for (int k = 0; k < DEPTH; k++) {
      UNROLL
      for (int i = 0; i < EACH; i++) a[i] = strips.a[k][down + i], b[i] = strips.b[k][right + i];
      UNROLL
      for (int i = 0; i < EACH; i++)
        UNROLL
        for (int j = 0; j < EACH; j++) sums[i * EACH + j] += a[i] * b[j];
    }
    BARRIER();
  }
  UNROLL
  for (int i = 0; i < EACH; i++) {
    const long row = firstRow + down + i;
    float before = 0;
    UNROLL
    for (int j = 0; j < EACH; j++) {
      const long column = firstColumn + right + j;
      if (row < p.m && column < p.n) before = finish(p, row, column, sums[i * EACH + j], before);
    }
  }
}

}  // namespace

void gemm(const Gemm& p) {
  if (p.precision != Precision::fp32) return gemmOnTensorCores(p);
  byTurns(p, [&](auto a, auto b) {
    LAUNCH((gemmTile<a(), b()>), (Grid{piecesOf(p.n, SIDE), piecesOf(p.m, SIDE)}), THREADS, p);
  });
}

}  // namespace w2s::cuda
