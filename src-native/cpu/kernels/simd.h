// Vectors of floats in the width of the ISA this file is compiled for. Included only by kernels/table.cpp, which is
// compiled once per ISA: everything here has internal linkage and uses nothing of the standard library, because an
// inline function of a header, compiled for AVX-512 and merged by the linker, would crash an older processor.
#pragma once
#include <utility>

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#endif

namespace w2s {
namespace {

// avx512vl: vectors of 256 bits, with the 32 registers of AVX-512; for processors on which those of 512 slow the clock.
#if defined(__AVX512F__) && !defined(W2S_NARROW)
#define W2S_WIDE 1
#endif
#if defined(__AVX512F__)
constexpr int REGISTERS = 32;
#else
constexpr int REGISTERS = 16;
#endif

// `aligned(4)`: loads and stores need no alignment (the buffers are aligned anyway, so it costs nothing).
#if defined(W2S_WIDE)
constexpr int W = 16;
#elif defined(__AVX2__)
constexpr int W = 8;
#else
constexpr int W = 4;
#endif
typedef float vf __attribute__((vector_size(4 * W), aligned(4), may_alias));
typedef int vi __attribute__((vector_size(4 * W), aligned(4), may_alias));

inline vf load(const float* p) { return *(const vf*)p; }
inline void store(float* p, vf x) { *(vf*)p = x; }

/** Past the caches, to where a whole vector is aligned: for what is not read again before it would have left them. */
inline void stream(float* p, vf x) {
#if defined(W2S_WIDE)
  _mm512_stream_ps(p, (__m512)x);
#elif defined(__AVX2__)
  _mm256_stream_ps(p, (__m256)x);
#elif defined(__SSE2__)
  _mm_stream_ps(p, (__m128)x);
#else
  store(p, x);
#endif
}

// The compiler turns `vf{} + x` into a real addition, so each ISA names its broadcast.
#if defined(W2S_WIDE)
inline vf set1(float x) { return (vf)_mm512_set1_ps(x); }
inline vf max(vf a, vf b) { return (vf)_mm512_max_ps((__m512)a, (__m512)b); }
inline vf min(vf a, vf b) { return (vf)_mm512_min_ps((__m512)a, (__m512)b); }
inline vf sqrt(vf a) { return (vf)_mm512_sqrt_ps((__m512)a); }
inline float sum(vf a) { return _mm512_reduce_add_ps((__m512)a); }
inline float largest(vf a) { return _mm512_reduce_max_ps((__m512)a); }
#elif defined(__AVX2__)
inline vf set1(float x) { return (vf)_mm256_set1_ps(x); }
inline vf max(vf a, vf b) { return (vf)_mm256_max_ps((__m256)a, (__m256)b); }
inline vf min(vf a, vf b) { return (vf)_mm256_min_ps((__m256)a, (__m256)b); }
inline vf sqrt(vf a) { return (vf)_mm256_sqrt_ps((__m256)a); }
inline float sum(vf a) {
  __m128 x = _mm_add_ps(_mm256_castps256_ps128((__m256)a), _mm256_extractf128_ps((__m256)a, 1));
  x = _mm_add_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_add_ss(x, _mm_movehdup_ps(x)));
}
inline float largest(vf a) {
  __m128 x = _mm_max_ps(_mm256_castps256_ps128((__m256)a), _mm256_extractf128_ps((__m256)a, 1));
  x = _mm_max_ps(x, _mm_movehl_ps(x, x));
  return _mm_cvtss_f32(_mm_max_ss(x, _mm_movehdup_ps(x)));
}
#else
inline vf set1(float x) { return vf{x, x, x, x}; }
inline vf max(vf a, vf b) { return a > b ? a : b; }
inline vf min(vf a, vf b) { return a < b ? a : b; }
inline vf sqrt(vf a) {
  return vf{__builtin_sqrtf(a[0]), __builtin_sqrtf(a[1]), __builtin_sqrtf(a[2]), __builtin_sqrtf(a[3])};
}
inline float sum(vf a) { return (a[0] + a[2]) + (a[1] + a[3]); }
inline float largest(vf a) {
  float x = a[0] > a[1] ? a[0] : a[1], y = a[2] > a[3] ? a[2] : a[3];
  return x > y ? x : y;
}
#endif

inline vf zero() { return set1(0.0f); }
inline vi bits(vf x) { return (vi)x; }
inline vf floats(vi x) { return (vf)x; }
inline vi set1i(int x) { return bits(set1(__builtin_bit_cast(float, x))); }

/** Lane numbers 0, 1, ... W-1. */
inline vi lanes() {
  vi x;
  for (int i = 0; i < W; i++) x[i] = i;
  return x;
}

/** e^x, relative error below 2e-7; arguments under -87.3 give 2^-126 (callers mask what must be exactly zero). */
inline vf exp(vf x) {
  const vf magic = set1(12582912.0f);  // 1.5 * 2^23: adding it rounds to the nearest integer, kept in the low bits
  x = min(max(x, set1(-87.3f)), set1(88.3f));
  vf t = x * set1(1.44269504088896341f) + magic;
  vf n = t - magic;
  vf r = x - n * set1(0.693145751953125f);  // ln 2 in two parts (Cody and Waite)
  r = r - n * set1(1.42860682030941723e-6f);
  vf p = set1(1.3888889e-3f);  // Taylor to degree 6: |r| <= 0.3466, remainder below 1.2e-7
  p = p * r + set1(8.3333333e-3f);
  p = p * r + set1(4.1666667e-2f);
  p = p * r + set1(1.6666667e-1f);
  p = p * r + set1(0.5f);
  p = p * r + set1(1.0f);
  p = p * r + set1(1.0f);
  return floats(bits(p) + (bits(t) << 23));
}

/**
 * The standard normal distribution function and its density, for the exact GELU: one exponential makes both, since
 * 1 - cdf(|x|) = e^(-x^2/2) P(t) with t = 1 / (1 + 0.2 sqrt(2) |x|). P, of degree 6, was fitted to that quotient by
 * reweighted least squares, weights e^(-x^2/2) max(|x|, 0.4), with P(1) = 1/2; error of the cdf in single precision
 * 1.4e-7, times x 5.4e-8.
 */
inline void normal(vf x, vf* cdf, vf* density) {
  vf t = set1(1.0f) / (set1(1.0f) + set1(0.282842712f) * max(x, -x));
  vf p = set1(-0.1015553105f);
  p = p * t + set1(0.360516198f);
  p = p * t + set1(-0.1952909615f);
  p = p * t + set1(0.2422182775f);
  p = p * t + set1(0.077618085f);
  p = p * t + set1(0.1164937115f);
  vf gauss = exp(x * x * set1(-0.5f));
  vf beyond = gauss * (p * t);
  *cdf = x > zero() ? set1(1.0f) - beyond : beyond;
  *density = gauss * set1(0.39894228040143268f);
}

/** 1 / (1 + e^-x). */
inline vf sigmoid(vf x) { return set1(1.0f) / (set1(1.0f) + exp(-x)); }

/** f(0), f(1) .. f(N - 1), each number a constant of its own type. */
template <int N, typename F>
inline __attribute__((always_inline)) void repeat(F f) {
  [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) {
    (f(std::integral_constant<int, I>{}), ...);
  }(std::make_integer_sequence<int, N>{});
}

/** f(number of rows as a constant, first row): R at a time, then one. */
template <int R, typename F>
inline __attribute__((always_inline)) void byRows(long rows, F f) {
  long r = 0;
  for (; r + R <= rows; r += R) f(std::integral_constant<int, R>{}, r);
  for (; r < rows; r++) f(std::integral_constant<int, 1>{}, r);
}

inline long least(long a, long b) { return a < b ? a : b; }

}  // namespace
}  // namespace w2s
