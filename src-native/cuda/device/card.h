// What the files about the card share.
#pragma once
#include <cuda_runtime.h>

#include <string>

#include "../../failures.h"

namespace w2s::cuda {

inline void ok(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw DeviceFault(std::string(what) + ": " + cudaGetErrorString(error), (int)error);
}

/** Where what this thread starts goes. */
cudaStream_t currentStream();

}  // namespace w2s::cuda
