// Which cards there are, and what drives them.
#pragma once
#include <string>
#include <vector>

namespace w2s::cuda {

struct Device {
  std::string name;
  std::string uuid;     // as the driver tells it, "GPU-…"; '' where it does not
  int major, minor;     // compute capability
  double memory, free;  // bytes
  // How many there are, and their highest clock; 0 where the driver does not tell.
  int multiprocessors = 0, megahertz = 0;
};

/** `version` as the system tells it, '' where it does not; `cuda` and `runtime` as CUDA counts them: 12040 for 12.4, 0 for none. */
struct Driver {
  std::string version;
  int cuda, runtime;
};
Driver driver();

/** At least one, and none of them is touched. @throws DeviceFault saying why there is none. */
int deviceCount();
/** Asks each of them, which takes a context on each. @throws DeviceFault saying why there is none. */
std::vector<Device> devices();

}  // namespace w2s::cuda
