// What a call of the library may end in, besides std::invalid_argument and std::runtime_error.
#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>

namespace w2s::cuda {

struct OutOfMemory : std::runtime_error {
  /** Bytes asked for, free on the card, and all it has. */
  OutOfMemory(std::size_t asked, std::size_t free, std::size_t all)
      : std::runtime_error("the card has not enough memory: " + std::to_string(asked >> 20) + " MB asked for, " +
                           std::to_string(free >> 20) + " of " + std::to_string(all >> 20) + " MB free") {}
};

}  // namespace w2s::cuda
