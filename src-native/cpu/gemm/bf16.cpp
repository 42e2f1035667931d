// The products of bf16 factors: the same tiles as in single precision, each multiplication taking two steps of depth.
// Compiled for AVX512-BF16 (build.mjs); includes nothing but what has internal linkage there.
#include "../kernels/bf16.h"

#include "gemm.h"

namespace w2s {

namespace {

struct Bf16 {
  using Element = bfloat;
  using Factor = __m512bh;
  static constexpr int DEPTH = 2;
  static Factor take(const Element* p) { return (__m512bh)_mm512_loadu_si512(p); }
  static Factor spread(const Element* p) {
    int pair;
    __builtin_memcpy(&pair, p, sizeof pair);
    return (__m512bh)_mm512_set1_epi32(pair);
  }
  static vf sum(vf total, Factor a, Factor b) { return (vf)_mm512_dpbf16_ps((__m512)total, a, b); }
};

void multiplyBf16(const MultiplyBf16& p) { multiplyAs<Bf16>(p); }
void outerBf16(const OuterBf16& p) { outerAs<Bf16>(p); }

/** 32 floats of one row in bf16. */
inline __m512i rounded(const float* p) { return (__m512i)_mm512_cvtne2ps_pbh((__m512)load(p + W), (__m512)load(p)); }

void toRows(Panels from, long rows, long cols, PanelsBf16 to) {
  for (long panel = 0; panel * PANEL < cols; panel++)
    for (long r = 0; r < rows; r++) _mm512_storeu_si512(to.panels(panel).row(r), rounded(from.panels(panel).row(r)));
}

void toPairs(Panels from, long rows, long cols, PanelsBf16 to) {
  // Columns 0-15 of both rows, then 16-31: indices from 32 on are the second row's.
  alignas(64) short low[32], high[32];
  for (short i = 0; i < 32; i++) low[i] = (short)(i / 2 + i % 2 * 32), high[i] = (short)(low[i] + 16);
  const __m512i first = _mm512_load_si512(low), second = _mm512_load_si512(high);
  for (long panel = 0; panel * PANEL < cols; panel++)
    for (long r = 0; r < rows; r += 2) {
      const float* row = from.panels(panel).row(r);
      const __m512i a = rounded(row), b = r + 1 < rows ? rounded(row + PANEL) : _mm512_setzero_si512();
      bfloat* at = to.panels(panel).row(r);
      _mm512_storeu_si512(at, _mm512_permutex2var_epi16(a, first, b));
      _mm512_storeu_si512(at + PANEL, _mm512_permutex2var_epi16(a, second, b));
    }
}

}  // namespace

extern const KernelsBf16 kernels_bf16;
const KernelsBf16 kernels_bf16 = {.multiply = multiplyBf16, .outer = outerBf16, .toRows = toRows, .toPairs = toPairs};

}  // namespace w2s
