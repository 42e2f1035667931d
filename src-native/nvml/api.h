// What is used of NVML, as NVIDIA's manual has it: its numbers are fixed, and a function whose meaning changes gets a new name.
#pragma once

namespace w2s::nvml {

using Device = void*;
enum Status { SUCCESS = 0, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, GPU_IS_LOST = 15, RESET_REQUIRED = 16 };
enum { TEMPERATURE_GPU = 0, CLOCK_SM = 1, CLOCK_MEMORY = 2, UNCORRECTED = 1, SINCE_LOADED = 0, MIG_ENABLED = 1 };
constexpr unsigned long long NOT_AVAILABLE = ~0ull;

struct Utilization {
  unsigned gpu, memory;
};
struct MemoryInfo {
  unsigned long long total, free, used;
};
struct Process {
  unsigned pid;
  unsigned long long bytes;
  unsigned gpuInstance, computeInstance;
};

}  // namespace w2s::nvml
