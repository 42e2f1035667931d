// The two matrix products. Everything expensive in this engine is one of them: x W, dY W^T, Q K^T, P V are `multiply`,
// and x^T dY, dS^T Q are `outer`.
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

// Rows of a register tile of 2 vectors' width, found by measuring (gcc's choices are a lottery: measure, do not
// derive). AVX-512 has 32 registers and fits 12 x 2; the others have 16 and fit 6 x 2 (AVX2) and 4 x 2 (SSE2).
constexpr int TILE_ROWS = REGISTERS == 32 ? 12 : W == 8 ? 6 : 4;
// Steps of depth in a piece. With AVX-512 gcc copies accumulators about if it is more than one (bf16: 470 to 340
// GFLOP/s).
constexpr int UNROLL = W == 16 ? 1 : 4;
// `outer` makes tiles of a panel's 32 rows, which 8 divides and 12 does not.
constexpr int OUTER_ROWS = REGISTERS == 32 ? 8 : W == 8 ? 6 : 4;

/** Factors in single precision. gemm/bf16.cpp has the other kind. */
struct Fp32 {
  using Element = float;
  using Factor = vf;
  /** Rows of depth that one multiplication takes: they lie side by side in both factors. */
  static constexpr int DEPTH = 1;
  static Factor take(const Element* p) { return load(p); }
  static Factor spread(const Element* p) { return set1(*p); }
  static vf sum(vf total, Factor a, Factor b) { return total + a * b; }
};

/**
 * c[R, NV vectors] = bias + add + sum over r < steps of a(i, r) b[r], where a(i, r) lies at a[i * SI + r * SR], and
 * every panel of depth moves a by `aNext`; c and add have rows of 32 floats, b of 32 factors.
 *
 * The accumulators must stay in registers from first to last: written as plain loops, they went to memory and back
 * between the parts, which on Zen 4 (a store of 512 bits takes two cycles) cost a sixth of a product of depth 32.
 */
template <typename P, int R, int NV, int SI, int SR>
void tile(const typename P::Element* a, long aNext, const typename P::Element* b, long steps, const float* bias,
          const float* add, float* c) {
  constexpr long STEPS = PANEL / P::DEPTH, ROW = PANEL * P::DEPTH;
  vf acc[R * NV];
  repeat<NV>([&](auto j) __attribute__((always_inline)) {
    const vf start = bias ? load(bias + j * W) : zero();
    repeat<R>([&](auto i) __attribute__((always_inline)) { acc[i * NV + j] = start; });
  });
  if (add)
    repeat<R * NV>([&](auto k) __attribute__((always_inline)) { acc[k] += load(add + k / NV * PANEL + k % NV * W); });
  for (long left = steps; left > 0; left -= STEPS, a += aNext) {
    const typename P::Element *at = a, *end = a + least(left, STEPS) * SR;
#pragma GCC unroll UNROLL
    for (; at != end; at += SR, b += ROW) {
      typename P::Factor row[NV];
      repeat<NV>([&](auto j) __attribute__((always_inline)) { row[j] = P::take(b + j * W * P::DEPTH); });
      repeat<R>([&](auto i) __attribute__((always_inline)) {
        const typename P::Factor x = P::spread(at + i * SI);
        repeat<NV>([&](auto j) __attribute__((always_inline)) { acc[i * NV + j] = P::sum(acc[i * NV + j], x, row[j]); });
      });
    }
  }
  repeat<R * NV>([&](auto k) __attribute__((always_inline)) { store(c + k / NV * PANEL + k % NV * W, acc[k]); });
}

/**
 * `rows` in nearly equal parts of at most MAX, with the tile of each: 64 rows of at most 12 are 11 + 11 + 11 + 11 + 10
 * +
 * 10. Chosen once a product: in small ones the choice would cost as much as a tenth of the work.
 */
template <typename P, int MAX, int NV, int SI, int SR>
struct Tiles {
  using Tile = decltype(&tile<P, MAX, NV, SI, SR>);
  long count, size, larger;  // the first `larger` parts have one row more
  Tile tiles[2];

  explicit Tiles(long rows) : count((rows + MAX - 1) / MAX), size(0), larger(0), tiles{} {
    if (!count) return;
    size = rows / count;
    larger = rows % count;
    tiles[0] = find<MAX>(size);
    tiles[1] = find<MAX>(larger ? size + 1 : size);
  }

  /** f(first row, tile) for every part. */
  template <typename F>
  void each(F f) const {
    for (long t = 0, from = 0; t < count; t++) {
      const bool more = t < larger;
      f(from, tiles[more]);
      from += size + more;
    }
  }

 private:
  template <int R>
  static Tile find(long rows) {
    if constexpr (R == 1)
      return &tile<P, 1, NV, SI, SR>;
    else
      return rows == R ? &tile<P, R, NV, SI, SR> : find<R - 1>(rows);
  }
};

/** Bytes of `a` that `multiply` walks through b with: they stay in the second-level cache from panel to panel. */
constexpr long MULTIPLY_BLOCK = 1 << 19;

/** P: the kind of factors, Call: Multiply or its like for them. */
template <typename P, typename Call>
void multiplyRows(const Call& p, long first, long rows) {
  const long steps = (p.depth + P::DEPTH - 1) / P::DEPTH;
  const Tiles<P, TILE_ROWS, 2, PANEL, P::DEPTH> wide(rows);
  const Tiles<P, TILE_ROWS, 1, PANEL, P::DEPTH> narrow(p.cols % (2 * W) ? rows : 0);
  for (long panel = 0; panel * PANEL < p.cols; panel++) {
    long width = least(PANEL, p.cols - panel * PANEL);
    for (long at = 0; at < width;) {
      const bool two = width - at >= 2 * W;
      const typename P::Element* b = p.b.panels(panel).data + at * P::DEPTH;
      const float* bias = p.bias ? p.bias + panel * PANEL + at : nullptr;
      const float* add = p.add.data ? p.add.panels(panel).row(first) + at : nullptr;
      float* c = p.c.panels(panel).row(first) + at;
      auto part = [&](long from, auto tile) {
        tile(p.a.row(first + from), p.a.stride * PANEL, b, steps, bias, add ? add + from * PANEL : nullptr,
             c + from * PANEL);
      };
      two ? wide.each(part) : narrow.each(part);
      at += two ? 2 * W : W;
    }
  }
}

template <typename P, typename Call>
void multiplyAs(const Call& p) {
  const long row = p.depth * (long)sizeof(typename P::Element);
  const long block = roundUp(least(MULTIPLY_BLOCK / (row + 1) + 1, p.rows), TILE_ROWS);
  for (long first = 0; first < p.rows; first += block) multiplyRows<P>(p, first, least(block, p.rows - first));
}

void multiply(const Multiply& p) { multiplyAs<Fp32>(p); }

/** Rows of x and dY taken at once by `outer`: a panel of each then stays near while c is walked. */
constexpr long OUTER_BLOCK = 256;

/** Fetches the tile after the next: gradients of large layers lie beyond the caches (fp32: 170 to 210 GFLOP/s). */
inline void fetchTile(const float* c) {
  for (long i = 0; i < OUTER_ROWS * PANEL; i += 16) __builtin_prefetch(c + 2 * OUTER_ROWS * PANEL + i, 1);
}

template <typename P, typename Call>
void outerAs(const Call& p) {
  constexpr long ROW = PANEL * P::DEPTH;
  using Wide = Tiles<P, OUTER_ROWS, 2, P::DEPTH, ROW>;
  using Narrow = Tiles<P, OUTER_ROWS, 1, P::DEPTH, ROW>;
  const Wide wide(PANEL), wideLast(p.aCols % PANEL);
  const Narrow narrow(PANEL), narrowLast(p.aCols % PANEL);
  long first = 0;
  if (!p.rows && !p.fresh) return;
  do {
    const long steps = (least(OUTER_BLOCK, p.rows - first) + P::DEPTH - 1) / P::DEPTH;
    for (long panel = 0; panel * PANEL < p.bCols; panel++) {
      long width = least(PANEL, p.bCols - panel * PANEL);
      for (long k = 0; k < p.aCols; k += PANEL) {
        const bool last = p.aCols - k < PANEL;
        const typename P::Element* a = p.a.panels(k / PANEL).row(first);
        for (long at = 0; at < width;) {
          const bool two = width - at >= 2 * W;
          const typename P::Element* b = p.b.panels(panel).row(first) + at * P::DEPTH;
          float* c = p.c.panels(panel).row(k) + at;
          const float* add = p.fresh && !first ? nullptr : c;
          auto part = [&](long from, auto tile) {
            fetchTile(c + from * PANEL);
            tile(a + from * P::DEPTH, PANEL * PANEL, b, steps, nullptr, add ? add + from * PANEL : nullptr,
                 c + from * PANEL);
          };
          two ? (last ? wideLast : wide).each(part) : (last ? narrowLast : narrow).each(part);
          at += two ? 2 * W : W;
        }
      }
    }
    first += OUTER_BLOCK;
  } while (first < p.rows);
}

void outer(const Outer& p) { outerAs<Fp32>(p); }

/** In the order of the rows. */
void addRows(const float* const* rows, long count, float* to) {
  constexpr int VECTORS = PANEL / W;
  vf sums[VECTORS];
  repeat<VECTORS>([&](auto j) { sums[j] = load(to + j * W); });
  for (long r = 0; r < count; r++) repeat<VECTORS>([&](auto j) { sums[j] += load(rows[r] + j * W); });
  repeat<VECTORS>([&](auto j) { store(to + j * W, sums[j]); });
}

/** Two rows at a time, and all vectors of a panel: one sum alone would wait for its own additions. */
void columnSums(Panels x, long rows, long cols, float* out) {
  constexpr int VECTORS = PANEL / W;
  for (long panel = 0; panel * PANEL < cols; panel++) {
    vf even[VECTORS], odd[VECTORS];
    for (int j = 0; j < VECTORS; j++) even[j] = odd[j] = zero();
    const float* row = x.panels(panel).data;
    for (long r = 0; r + 1 < rows; r += 2, row += 2 * PANEL)
      for (int j = 0; j < VECTORS; j++) {
        even[j] += load(row + j * W);
        odd[j] += load(row + PANEL + j * W);
      }
    for (int j = 0; j < VECTORS; j++) {
      if (rows % 2) even[j] += load(row + j * W);
      float* to = out + panel * PANEL + j * W;
      store(to, load(to) + (even[j] + odd[j]));
    }
  }
}

}  // namespace
}  // namespace w2s
