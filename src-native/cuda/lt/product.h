// A matrix product by cuBLASLt. Factors in bf16 are rounded by our own kernel first, so that they are the very numbers that our
// own products have; those of TF32 the card rounds as it reads them. Bias and sum are put on by cuBLASLt, the activation by us.
#pragma once
#include <vector>

#include "../../failures.h"
#include "../kernels/kernels.h"
#include "open.h"

namespace w2s::cuda::lt {

/** Memory that a product uses beside its own. */
struct Scratch {
  void* workspace = nullptr;
  std::size_t bytes = 0;
  /** For factors in bf16, and how many numbers of it. */
  std::uint16_t* rounded = nullptr;
  long room = 0;
};

/** Numbers that a matrix takes as bf16: every row begins at a multiple of eight. */
constexpr long roundedStride(long cols) { return (cols + 7) / 8 * 8; }
constexpr long roundedSize(long rows, long cols) { return (rows * roundedStride(cols) + 127) / 128 * 128; }

/** All that decides how a product is made and how long it takes; `rows` in the place of m, or (turnA) of k. */
std::string nameOf(const Gemm& p, long rows);

/**
 * Algorithms that may be used, the most promising first: strict in single precision, and none that adds up parts of a sum in
 * the order in which they come.
 * @throws DeviceFault where a call fails
 */
std::vector<Algorithm> algorithmsFor(const Library& library, const Gemm& p, const Scratch& scratch);

/** Starts it. @returns false where the algorithm is not one for it: nothing is started. @throws DeviceFault where a call fails */
bool multiply(const Library& library, const Gemm& p, const Algorithm& algorithm, const Scratch& scratch);

/** Whether a call of cuBLASLt failed, and not the card: its number is the status, negative. */
inline bool isOfLibrary(const DeviceFault& fault) { return fault.number < 0; }

}  // namespace w2s::cuda::lt
