// Which cards there are.
#pragma once
#include <string>
#include <vector>

namespace w2s::cuda {

struct Device {
  std::string name;
  int major, minor;     // compute capability
  double memory, free;  // bytes
};

/** @throws std::runtime_error saying in a sentence why there is none. */
std::vector<Device> devices();

}  // namespace w2s::cuda
