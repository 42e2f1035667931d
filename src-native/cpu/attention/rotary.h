// Rotary position embedding, half-split form (GPT-NeoX and Llama as transformers has them): of each head's first
// 2 `half` columns, column i and column i + half are turned by position * base^(-i / half).
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

/** cosine and sine: [rows][half], one row for each row of x. */
void rotate(Panels x, long rows, long heads, long headSize, long half, const float* cosine, const float* sine,
            float sign) {
  auto column = [&](long head, long i) {
    long c = head * headSize + i;
    return x.panels(c / PANEL).data + c % PANEL;
  };
  for (long head = 0; head < heads; head++)
    for (long i = 0; i < half;) {
      // Whole vectors where both halves lie in one piece of a panel, else one column.
      float* low = column(head, i);
      float* high = column(head, i + half);
      const bool whole = i + W <= half && (head * headSize + i) % PANEL + W <= PANEL &&
                         (head * headSize + i + half) % PANEL + W <= PANEL;
      for (long r = 0; r < rows; r++, low += PANEL, high += PANEL) {
        const float* co = cosine + r * half + i;
        const float* si = sine + r * half + i;
        if (whole) {
          vf a = load(low), b = load(high), c = load(co), s = load(si) * set1(sign);
          store(low, a * c - b * s);
          store(high, b * c + a * s);
        } else {
          float a = *low, b = *high, s = *si * sign;
          *low = a * *co - b * s;
          *high = b * *co + a * s;
        }
      }
      i += whole ? W : 1;
    }
}

}  // namespace
}  // namespace w2s
