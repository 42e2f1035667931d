// The two matrix products. Everything expensive in this engine is one of them: x W, dY W^T, Q K^T, P V are `multiply`,
// and x^T dY, dS^T Q are `outer`.
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

// Rows of a register tile of 2 vectors' width, found by measuring (gcc's choices are a lottery: measure, do not
// derive). AVX-512 has 32 registers and fits 12 x 2; the others have 16 and fit 6 x 2 (AVX2) and 4 x 2 (SSE2).
constexpr int TILE_ROWS = W == 16 ? 12 : W == 8 ? 6 : 4;
// `outer` makes tiles of a panel's 32 rows, which 8 divides and 12 does not.
constexpr int OUTER_ROWS = W == 16 ? 8 : W == 8 ? 6 : 4;

/**
 * c[R, NV vectors] = bias + add + sum over r < depth of a(i, r) b[r], where a(i, r) lies at a[i * SI + r * SR], and
 * every 32 steps of r move a by `aNext`; b, c and add have rows of 32 floats.
 */
template <int R, int NV, int SI, int SR>
void tile(const float* a, long aNext, const float* b, long depth, const float* bias, const float* add, float* c) {
  vf acc[R][NV];
  for (int j = 0; j < NV; j++) {
    vf start = bias ? load(bias + j * W) : zero();
    for (int i = 0; i < R; i++) acc[i][j] = start;
  }
  if (add)
    for (int i = 0; i < R; i++)
      for (int j = 0; j < NV; j++) acc[i][j] += load(add + i * PANEL + j * W);
  for (; depth > 0; depth -= PANEL, a += aNext, b += PANEL * PANEL) {
    long steps = least(depth, PANEL);
#pragma GCC unroll 4
    for (long r = 0; r < steps; r++) {
      vf row[NV];
      for (int j = 0; j < NV; j++) row[j] = load(b + r * PANEL + j * W);
      for (int i = 0; i < R; i++) {
        vf x = set1(a[i * SI + r * SR]);
        for (int j = 0; j < NV; j++) acc[i][j] += x * row[j];
      }
    }
  }
  for (int i = 0; i < R; i++)
    for (int j = 0; j < NV; j++) store(c + i * PANEL + j * W, acc[i][j]);
}

/** The tile of exactly `rows` rows: one instance for each count up to MAX, found by counting down. */
template <int MAX, int NV, int SI, int SR>
void tileOf(long rows, const float* a, long aNext, const float* b, long depth, const float* bias, const float* add,
            float* c) {
  if constexpr (MAX == 1) {
    tile<1, NV, SI, SR>(a, aNext, b, depth, bias, add, c);
  } else if (rows == MAX) {
    tile<MAX, NV, SI, SR>(a, aNext, b, depth, bias, add, c);
  } else {
    tileOf<MAX - 1, NV, SI, SR>(rows, a, aNext, b, depth, bias, add, c);
  }
}

/** Calls part(from, rows) over `rows` in nearly equal parts of at most `most`: 64 rows become 11 + 11 + 11 + 11 + 10
 * + 10. */
template <typename Part>
void inParts(long rows, long most, Part part) {
  long tiles = (rows + most - 1) / most;
  for (long t = 0, from = 0; t < tiles; t++) {
    long size = (rows - from) / (tiles - t);
    part(from, size);
    from += size;
  }
}

void multiply(const Multiply& p) {
  for (long panel = 0; panel * PANEL < p.cols; panel++) {
    long width = least(PANEL, p.cols - panel * PANEL);
    for (long at = 0; at < width;) {
      const bool two = width - at >= 2 * W;
      const float* b = p.b.panels(panel).data + at;
      const float* bias = p.bias ? p.bias + panel * PANEL + at : nullptr;
      inParts(p.rows, TILE_ROWS, [&](long from, long rows) {
        const float* a = p.a.row(from);
        const float* add = p.add.data ? p.add.panels(panel).row(from) + at : nullptr;
        float* c = p.c.panels(panel).row(from) + at;
        if (two)
          tileOf<TILE_ROWS, 2, PANEL, 1>(rows, a, p.a.stride * PANEL, b, p.depth, bias, add, c);
        else
          tileOf<TILE_ROWS, 1, PANEL, 1>(rows, a, p.a.stride * PANEL, b, p.depth, bias, add, c);
      });
      at += two ? 2 * W : W;
    }
  }
}

/** Rows of x and dY taken at once by `outer`: their panels then stay in the first-level cache while c is walked. */
constexpr long OUTER_BLOCK = 128;

void outer(const Outer& p) {
  for (long first = 0; first < p.rows; first += OUTER_BLOCK) {
    long depth = least(OUTER_BLOCK, p.rows - first);
    for (long panel = 0; panel * PANEL < p.bCols; panel++) {
      long width = least(PANEL, p.bCols - panel * PANEL);
      for (long k = 0; k < p.aCols; k += PANEL) {
        const float* a = p.a.panels(k / PANEL).row(first);
        inParts(least(PANEL, p.aCols - k), OUTER_ROWS, [&](long from, long rows) {
          for (long at = 0; at < width;) {
            const bool two = width - at >= 2 * W;
            const float* b = p.b.panels(panel).row(first) + at;
            float* c = p.c.panels(panel).row(k + from) + at;
            if (two)
              tileOf<OUTER_ROWS, 2, 1, PANEL>(rows, a + from, PANEL * PANEL, b, depth, nullptr, c, c);
            else
              tileOf<OUTER_ROWS, 1, 1, PANEL>(rows, a + from, PANEL * PANEL, b, depth, nullptr, c, c);
            at += two ? 2 * W : W;
          }
        });
      }
    }
  }
}

void columnSums(Panels x, long rows, long cols, float* out) {
  for (long panel = 0; panel * PANEL < cols; panel++)
    for (long at = 0; at < PANEL; at += W) {
      const float* column = x.panels(panel).data + at;
      vf total = zero();
      for (long r = 0; r < rows; r++) total += load(column + r * PANEL);
      float* to = out + panel * PANEL + at;
      store(to, load(to) + total);
    }
}

}  // namespace
}  // namespace w2s
