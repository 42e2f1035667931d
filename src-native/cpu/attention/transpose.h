// Transposing small blocks: keys for Q K^T, values for dO V^T, and weight tiles after an update.
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

#if defined(W2S_WIDE)
constexpr int BLOCK = 16;

/** to[16][toStride] = from[16][fromStride]^T; rows of `from` beyond `rows` count as zero. */
inline void transposeBlock(const float* from, long fromStride, long rows, float* to, long toStride) {
  __m512 x[16], y[16];
  for (int i = 0; i < 16; i++) x[i] = i < rows ? _mm512_loadu_ps(from + i * fromStride) : _mm512_setzero_ps();
  for (int i = 0; i < 16; i += 2) {
    y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
  for (int i = 0; i < 16; i += 4)
    for (int j = 0; j < 2; j++) {
      __m512d a = _mm512_castps_pd(y[i + j]), b = _mm512_castps_pd(y[i + j + 2]);
      x[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, b));
      x[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, b));
    }
  // x[4 q + c] now holds columns c, c + 4, c + 8, c + 12 of rows 4 q .. 4 q + 3, one 128-bit lane each.
  for (int c = 0; c < 4; c++) {
    __m512 low = _mm512_shuffle_f32x4(x[c], x[4 + c], 0x88), high = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0x88);
    __m512 lowOdd = _mm512_shuffle_f32x4(x[c], x[4 + c], 0xdd),
           highOdd = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0xdd);
    _mm512_storeu_ps(to + c * toStride, _mm512_shuffle_f32x4(low, high, 0x88));
    _mm512_storeu_ps(to + (c + 4) * toStride, _mm512_shuffle_f32x4(lowOdd, highOdd, 0x88));
    _mm512_storeu_ps(to + (c + 8) * toStride, _mm512_shuffle_f32x4(low, high, 0xdd));
    _mm512_storeu_ps(to + (c + 12) * toStride, _mm512_shuffle_f32x4(lowOdd, highOdd, 0xdd));
  }
}
#else
constexpr int BLOCK = 4;
typedef float v4 __attribute__((vector_size(16), aligned(4), may_alias));

inline void transposeBlock(const float* from, long fromStride, long rows, float* to, long toStride) {
  v4 x[4];
  for (int i = 0; i < 4; i++) x[i] = i < rows ? *(const v4*)(from + i * fromStride) : v4{0, 0, 0, 0};
  v4 a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5), b = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
  v4 c = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5), d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
  *(v4*)to = __builtin_shufflevector(a, c, 0, 1, 4, 5);
  *(v4*)(to + toStride) = __builtin_shufflevector(a, c, 2, 3, 6, 7);
  *(v4*)(to + 2 * toStride) = __builtin_shufflevector(b, d, 0, 1, 4, 5);
  *(v4*)(to + 3 * toStride) = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}
#endif

void transposeTile(const float* from, float* to, bool past) {
  alignas(64) float tile[PANEL * PANEL];
  float* near = past ? tile : to;
  for (int r = 0; r < PANEL; r += BLOCK)
    for (int c = 0; c < PANEL; c += BLOCK)
      transposeBlock(from + r * PANEL + c, PANEL, BLOCK, near + c * PANEL + r, PANEL);
  for (int i = 0; past && i < PANEL * PANEL; i += W) stream(to + i, load(near + i));
}

/** Keys are taken so many at a time: of short texts, a whole panel would be mostly padding. */
constexpr long HALF = PANEL / 2;

/** to = from^T as panels of 32 of `from`'s rows, each [cols][32]; rows are padded with zeros to a multiple of 16. */
inline void transposePanels(Panels from, long rows, long cols, float* to) {
  for (long r = 0; r < roundUp(rows, HALF); r += BLOCK)
    for (long c = 0; c < cols; c += BLOCK)
      transposeBlock(from.panels(c / PANEL).row(r) + c % PANEL, PANEL, rows - r,
                     to + (r / PANEL * cols + c) * PANEL + r % PANEL, PANEL);
}

}  // namespace
}  // namespace w2s
