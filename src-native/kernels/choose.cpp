#include <cstring>

#include "kernels.h"

namespace w2s {

#if defined(__x86_64__)
extern const Kernels kernels_avx512;
extern const Kernels kernels_avx2;
#endif
extern const Kernels kernels_baseline;

const Kernels* chooseKernels(const char* isa) {
  auto wanted = [&](const char* name) { return !isa || !*isa || !std::strcmp(isa, name); };
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (wanted("avx512") && avx512) return &kernels_avx512;
  if (wanted("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_avx2;
#endif
  return wanted("baseline") ? &kernels_baseline : nullptr;
}

}  // namespace w2s
