// What attention's kernels on tensor cores share: tiles of rows as words in shared memory, and their products by warps of
// 16 rows each. What a product left in a warp's registers is a factor of the next one as it lies there, since the layout of
// sums is that of a factor whose words run along the columns (for TF32 with each eight of them in the order of `rowOfWord`).
#pragma once
#include <cstring>

#include "../device/mma.h"
#include "tiles.h"

namespace w2s::cuda {

/** Rows that a tile meets at a time. */
constexpr int MET = WARP;
/** Of one product of a warp. */
constexpr int WARP_ROWS = 16, WARP_COLUMNS = 8;
/** What a block may have on every card (compute capability 8.6, 8.9 and 12.0 have the least). */
constexpr std::size_t LARGEST_SHARED = 99 << 10;

/** Sizes of the kernels for heads of up to D columns. */
template <int D, bool BF16>
struct Flash {
  static constexpr int EACH = BF16 ? 2 : 1;  // numbers in a word
  static constexpr int WORDS = D / EACH;     // in a row
  // Four more a line, so that the eight lines that a warp reads at a time lie in other banks.
  static constexpr int LINE = WORDS + 4, TURNED_LINE = MET / EACH + 4;
  static constexpr int WARPS = tensorTileRows(D, EACH) / WARP_ROWS, THREADS = WARPS * WARP, ROWS = WARPS * WARP_ROWS;
  static constexpr int SUMS = MET / WARP_COLUMNS * 4;  // of a lane, in a product of a warp's rows with those met
  using Line = unsigned[LINE];
  using TurnedLine = unsigned[TURNED_LINE];
};

/** Where the (first) number of a word lies, whose words run along the rows of what was met. */
template <bool BF16>
DEVICE int rowOfWord(int word) {
  return BF16 ? 2 * word : word / 8 * 8 + word % 4 * 2 + word % 8 / 4;
}

template <bool BF16>
DEVICE unsigned wordOf(float low, float high) {
  if constexpr (BF16) return bf16Pair(low, high);
  return tf32(low);
}

/** As a factor of a product on tensor cores has it. */
DEVICE float roundedTo(Precision precision, float x) {
  if (precision == Precision::fp32) return x;
  const unsigned word = precision == Precision::bf16 ? bf16Pair(0, x) : tf32(x);
  float value;
  memcpy(&value, &word, sizeof value);
  return value;
}

/** ROWS rows of a head's columns as words, from `from` on, zeros beyond `count` and beyond `size` columns. By the whole block. */
template <int D, bool BF16, int ROWS>
DEVICE void loadWords(const View& x, long column, long from, long count, int size, unsigned (*to)[Flash<D, BF16>::LINE]) {
  using F = Flash<D, BF16>;
  for (int t = threadIndex(); t < ROWS * F::WORDS; t += F::THREADS) {
    const int row = t / F::WORDS, word = t % F::WORDS, d = word * F::EACH;
    const float* at = x.data + (from + row) * x.stride + column + d;
    const float low = row < count && d < size ? at[0] : 0.0f;
    const float high = BF16 && row < count && d + 1 < size ? at[1] : 0.0f;
    to[row][word] = wordOf<BF16>(low, high);
  }
}

/** MET rows turned, words along the rows: COLUMNS lines. By the whole block. */
template <int D, bool BF16, int COLUMNS>
DEVICE void loadTurned(const View& x, long column, long from, long count, int size,
                       unsigned (*to)[Flash<D, BF16>::TURNED_LINE]) {
  using F = Flash<D, BF16>;
  for (int t = threadIndex(); t < COLUMNS * (MET / F::EACH); t += F::THREADS) {
    const int d = t % COLUMNS, word = t / COLUMNS, row = rowOfWord<BF16>(word);
    const float* at = x.data + (from + row) * x.stride + column + d;
    const float low = row < count && d < size ? at[0] : 0.0f;
    const float high = BF16 && row + 1 < count && d < size ? at[x.stride] : 0.0f;
    to[d][word] = wordOf<BF16>(low, high);
  }
}

/** sums[16, MET] = a[16 rows] b[MET rows]^T, by a warp. */
template <int D, bool BF16>
DEVICE void multiplyRows(float* sums, unsigned (*a)[Flash<D, BF16>::LINE], unsigned (*b)[Flash<D, BF16>::LINE]) {
  using F = Flash<D, BF16>;
  const int row = laneIndex() / 4, word = laneIndex() % 4;
  UNROLL
  for (int i = 0; i < F::SUMS; i++) sums[i] = 0;
  UNROLL
  for (int step = 0; step < F::WORDS; step += MMA_WORDS) {
    unsigned ofA[4];
    UNROLL
    for (int i = 0; i < 4; i++) ofA[i] = a[row + i % 2 * 8][step + word + i / 2 * 4];
    UNROLL
    for (int j = 0; j < MET / WARP_COLUMNS; j++) {
      const unsigned ofB[2] = {b[j * WARP_COLUMNS + row][step + word], b[j * WARP_COLUMNS + row][step + word + 4]};
      multiplyWarp<BF16>(&sums[j * 4], ofA, ofB);
    }
  }
}

/** sums[16, COLUMNS] += shares[16, MET], sums of multiplyRows, times what was met, by a warp. */
template <int D, bool BF16, int COLUMNS>
DEVICE void multiplyShares(float* sums, const float* shares, unsigned (*turned)[Flash<D, BF16>::TURNED_LINE]) {
  const int row = laneIndex() / 4, word = laneIndex() % 4;
  UNROLL
  for (int step = 0; step < MET / Flash<D, BF16>::EACH; step += MMA_WORDS) {
    const float* s = shares + step / MMA_WORDS * (BF16 ? 8 : 4);
    unsigned ofA[4];
    UNROLL
    for (int i = 0; i < 4; i++) ofA[i] = BF16 ? wordOf<true>(s[2 * i], s[2 * i + 1]) : wordOf<false>(s[i % 2 * 2 + i / 2], 0);
    UNROLL
    for (int j = 0; j < COLUMNS / WARP_COLUMNS; j++) {
      unsigned* line = turned[j * WARP_COLUMNS + row];
      const unsigned ofB[2] = {line[step + word], line[step + word + 4]};
      multiplyWarp<BF16>(&sums[j * 4], ofA, ofB);
    }
  }
}

/** f(i, column, place) for each of a lane's sums in COLUMNS columns: row laneIndex() / 4 + 8 i of the warp's. */
template <int COLUMNS, typename F>
DEVICE void eachSum(F f) {
  UNROLL
  for (int j = 0; j < COLUMNS / WARP_COLUMNS; j++)
    UNROLL
    for (int i = 0; i < 2; i++)
      UNROLL
      for (int c = 0; c < 2; c++) f(i, j * WARP_COLUMNS + laneIndex() % 4 * 2 + c, j * 4 + i * 2 + c);
}

DEVICE int warpMost(int x) {
  for (int turn = WARP / 2; turn > 0; turn /= 2) {
    const int other = SHUFFLE_XOR(x, turn);
    x = other > x ? other : x;
  }
  return x;
}

/** f(std::integral_constant<int, D>, std::bool_constant<BF16>) for a head on tensor cores. */
template <typename F>
void byHead(const Attend& p, F f) {
  byHeadSize(p.headSize, [&](auto size) {
    if (p.precision == Precision::bf16)
      f(size, std::true_type{});
    else if constexpr (size() <= LARGEST_TF32_HEAD)
      f(size, std::false_type{});
  });
}

}  // namespace w2s::cuda
