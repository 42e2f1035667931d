// The matrix product of a warp on tensor cores: sums[16, 8] += a[16, k] b[k, 8], factors rounded to bf16 (k = 16) or TF32
// (k = 8), sums in single precision. A factor is `words` of 32 bits, one TF32 or two bf16 that follow each other along k, so
// that both kinds have one layout (PTX ISA, "Matrix fragments for mma.m16n8k16" and "... mma.m16n8k8"): with g = lane / 4 and
// t = lane % 4, a lane holds
//   a: (row g, word t), (g + 8, t), (g, t + 4), (g + 8, t + 4)
//   b: (word t, column g), (t + 4, g)
//   sums: (row g, column 2 t), (g, 2 t + 1), (g + 8, 2 t), (g + 8, 2 t + 1)
#pragma once
#include "launch.h"

namespace w2s::cuda {

/** Words along k of one product. */
constexpr int MMA_WORDS = 8;

}  // namespace w2s::cuda

#if defined(__CUDACC__)

namespace w2s::cuda {

/** Rounded to the nearest, ties to even; `low` has the lower place along k. */
DEVICE unsigned bf16Pair(float low, float high) {
  unsigned word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
}

/** Rounded to the nearest, ties away from zero. */
DEVICE unsigned tf32(float x) {
  unsigned word;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(word) : "f"(x));
  return word;
}

template <bool BF16>
DEVICE void multiplyWarp(float* sums, const unsigned* a, const unsigned* b) {
  if constexpr (BF16)
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
  else
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}

}  // namespace w2s::cuda

#else

#include <bit>

namespace w2s::cuda {

inline unsigned bf16Bits(float x) {
  const auto bits = std::bit_cast<unsigned>(x);
  if (x != x) return 0x7FFF;
  return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
}
inline unsigned bf16Pair(float low, float high) { return bf16Bits(low) | bf16Bits(high) << 16; }

inline unsigned tf32(float x) {
  return x != x ? 0x7FFFFFFFu : (std::bit_cast<unsigned>(x) + 0x1000u) & ~0x1FFFu;
}

/** The number at place `k` of a word of this kind; the card, too, reads no more than TF32 of a word. */
template <bool BF16>
float numberOf(unsigned word, int k) {
  return std::bit_cast<float>(!BF16 ? word & ~0x1FFFu : k ? word & 0xFFFF0000u : word << 16);
}

template <bool BF16>
void multiplyWarp(float* sums, const unsigned* a, const unsigned* b) {
  constexpr int COUNT = 6, EACH = BF16 ? 2 : 1;
  const unsigned own[COUNT] = {a[0], a[1], a[2], a[3], b[0], b[1]};
  const unsigned* all = emulated::tell(own, COUNT, __LINE__);
  const int row = laneIndex() / 4, column = laneIndex() % 4 * 2;
  for (int i = 0; i < 4; i++) {
    const int down = i / 2, right = column + i % 2;  // `down`: by 8 rows
    for (int word = 0; word < MMA_WORDS; word++)
      for (int k = 0; k < EACH; k++) {
        const unsigned* ofA = all + (row * 4 + word % 4) * COUNT;
        const unsigned* ofB = all + (right * 4 + word % 4) * COUNT + 4;
        sums[i] += numberOf<BF16>(ofA[word / 4 * 2 + down], k) * numberOf<BF16>(ofB[word / 4], k);
      }
  }
}

}  // namespace w2s::cuda

#endif
