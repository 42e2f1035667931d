#include <cstring>

#include "bf16.h"

namespace w2s {

#if defined(__x86_64__)
extern const Kernels kernels_avx512;
extern const Kernels kernels_avx2;
extern const KernelsBf16 kernels_bf16;
#endif
extern const Kernels kernels_baseline;

#if defined(__x86_64__)
namespace {

bool hasAvx512() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

}  // namespace
#endif

const Kernels* chooseKernels(const char* isa) {
  auto wanted = [&](const char* name) { return !isa || !*isa || !std::strcmp(isa, name); };
#if defined(__x86_64__)
  if (wanted("avx512") && hasAvx512()) return &kernels_avx512;
  if (wanted("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_avx2;
#endif
  return wanted("baseline") ? &kernels_baseline : nullptr;
}

const KernelsBf16* chooseBf16() {
#if defined(__x86_64__)
  if (hasAvx512() && __builtin_cpu_supports("avx512bf16")) return &kernels_bf16;
#endif
  return nullptr;
}

}  // namespace w2s
