#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "bf16.h"

namespace w2s {

#if defined(__x86_64__)
extern const Kernels kernels_avx512;
extern const Kernels kernels_avx512vl;
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
  if (wanted("avx512vl") && hasAvx512()) return &kernels_avx512vl;
  if (wanted("avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return &kernels_avx2;
#endif
  return wanted("baseline") ? &kernels_baseline : nullptr;
}

std::vector<const char*> isas() {
  std::vector<const char*> all;
  for (const char* isa : {"avx512", "avx512vl", "avx2", "baseline"})
    if (chooseKernels(isa)) all.push_back(isa);
  return all;
}

std::string processor() {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(0, &a, &b, &c, &d)) return "";
  char vendor[13] = {};
  std::memcpy(vendor, &b, 4), std::memcpy(vendor + 4, &d, 4), std::memcpy(vendor + 8, &c, 4);
  __get_cpuid(1, &a, &b, &c, &d);
  return std::string(vendor) + " " + std::to_string(a);
#else
  return "";
#endif
}

const KernelsBf16* chooseBf16() {
#if defined(__x86_64__)
  if (hasAvx512() && __builtin_cpu_supports("avx512bf16")) return &kernels_bf16;
#endif
  return nullptr;
}

}  // namespace w2s
