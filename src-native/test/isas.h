// What tests of kernels share: every ISA of this processor, and matrices to call its kernels with.
#pragma once
#include "../cpu/kernels/kernels.h"
#include "../cpu/model/buffer.h"
#include "../random.h"

namespace w2s {

template <typename F>
void eachIsa(F f) {
  for (const char* isa : isas()) f(*chooseKernels(isa));
}

/** A matrix of panels with exactly the memory it needs, so that the sanitizer sees every step outside. */
struct Mat {
  std::vector<float> data;
  long rows, cols, stride;
  Mat(long rows, long cols, Random* random = nullptr)
      : data((std::size_t)(roundUp(cols, PANEL) * rows)), rows(rows), cols(cols), stride(rows) {
    if (random)
      for (long r = 0; r < rows; r++)
        for (long c = 0; c < cols; c++) at(r, c) = (float)random->normal();
  }
  float& at(long r, long c) { return data[(std::size_t)((c / PANEL * stride + r) * PANEL + c % PANEL)]; }
  Panels panels() { return {data.data(), stride}; }
};

}  // namespace w2s
