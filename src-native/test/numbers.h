// Numbers on the card, for tests of its kernels.
#pragma once
#include <cmath>
#include <vector>

#include "../cuda/device/memory.h"
#include "../cuda/kernels/kernels.h"
#include "../random.h"
#include "check.h"

namespace w2s::test {

/** Numbers here and on the device. */
template <typename T>
struct Both {
  std::vector<T> here;
  cuda::Memory<T> there;
  explicit Both(std::vector<T> values) : here(std::move(values)) {
    cuda::copyIn(there.need((long)here.size() + 1), here.data(), here.size() * sizeof(T));
  }
  T* at() { return there.data(); }
  std::vector<T> read() const {
    std::vector<T> values(here.size());
    cuda::copyOut(values.data(), there.data(), values.size() * sizeof(T));
    return values;
  }
};

inline std::vector<float> drawn(Random& random, long n, double scale = 1) {
  std::vector<float> values;
  for (long i = 0; i < n; i++) values.push_back((float)(scale * random.normal()));
  return values;
}

inline void expectNear(const char* what, const std::vector<float>& got, const std::vector<double>& expected,
                       double tolerance) {
  double worst = 0, largest = 1e-6;
  for (std::size_t i = 0; i < expected.size(); i++) {
    const double off = std::fabs((double)got[i] - expected[i]);
    worst = std::isnan(off) ? 1e30 : std::max(worst, off);
    largest = std::max(largest, std::fabs(expected[i]));
  }
  if (worst > tolerance * largest)
    fail(__FILE__, __LINE__, std::string(what) + ": off by " + std::to_string(worst / largest));
}

}  // namespace w2s::test
