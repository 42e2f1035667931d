// Products of factors rounded to bf16 (a float's upper half: 8 bits of mantissa), summed in single precision, for
// processors that multiply them in pairs (AVX512-BF16). Twice as fast as single precision, and half the memory to read.
#pragma once
#include "kernels.h"

namespace w2s {

typedef unsigned short bfloat __attribute__((may_alias));

/**
 * A matrix of panels in bf16, in one of two forms. In rows: element (r, c) where Panels have it. In pairs: rows 2 i and
 * 2 i + 1 take turns, element (r, c) is data[((c / 32) * stride + r / 2 * 2) * 32 + c % 32 * 2 + r % 2], and stride is
 * even. Products multiply pairs along their depth: those are columns of a matrix in rows, rows of one in pairs.
 */
struct PanelsBf16 {
  bfloat* data = nullptr;
  long stride = 0;
  bfloat* row(long r) const { return data + r * PANEL; }
  PanelsBf16 panels(long p) const { return {data + p * stride * PANEL, stride}; }
};

/** As Multiply; a in rows, b in pairs, `depth` even. */
struct MultiplyBf16 {
  PanelsBf16 a, b;
  Panels c;
  long rows, depth, cols;
  const float* bias = nullptr;
  Panels add = {};
};

/** As Outer; both factors in pairs, a missing last row being zero. */
struct OuterBf16 {
  PanelsBf16 a, b;
  Panels c;
  long rows, aCols, bCols;
  bool fresh = false;
};

struct KernelsBf16 {
  void (*multiply)(const MultiplyBf16&);
  void (*outer)(const OuterBf16&);
  /** Rounds to the nearest, ties to even; `cols` a multiple of 32. */
  void (*toRows)(Panels from, long rows, long cols, PanelsBf16 to);
  /** The same in pairs; an odd number of rows is filled up with zeros. */
  void (*toPairs)(Panels from, long rows, long cols, PanelsBf16 to);
};

/** Null where the processor has no such products. */
const KernelsBf16* chooseBf16();

}  // namespace w2s
