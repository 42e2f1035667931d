// The card: its memory, and which there are.
#include <cuda_runtime.h>

#include <stdexcept>
#include <string>

#include "devices.h"
#include "errors.h"
#include "memory.h"

namespace w2s::cuda {

namespace {

void ok(cudaError_t error, const char* what) {
  if (error != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(error));
}

}  // namespace

void* allocateBytes(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is told once, by the exception
    std::size_t free = 0, all = 0;
    cudaMemGetInfo(&free, &all);
    throw OutOfMemory(bytes, free, all);
  }
  ok(error, "memory");
  return memory;
}

void releaseBytes(void* memory) {
  if (memory) cudaFree(memory);
}
void copyIn(void* to, const void* from, std::size_t bytes) {
  ok(cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice), "copying to the card");
}
void copyOut(void* to, const void* from, std::size_t bytes) {
  ok(cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost), "copying from the card");
}
void zero(void* memory, std::size_t bytes) { ok(cudaMemsetAsync(memory, 0, bytes), "clearing"); }
void forget(void*, std::size_t) {}


namespace {

/** What a person can do about it. */
std::string reason(cudaError_t error) {
  if (error == cudaErrorInsufficientDriver)
    return "no NVIDIA driver that is new enough was found; install or update the driver";
  if (error == cudaErrorNoDevice) return "the NVIDIA driver sees no card";
  return std::string("the NVIDIA driver says: ") + cudaGetErrorString(error);
}

}  // namespace

std::vector<Device> devices() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) throw std::runtime_error(reason(error));
  std::vector<Device> all;
  for (int i = 0; i < count; i++) {
    cudaDeviceProp p{};
    ok(cudaGetDeviceProperties(&p, i), "device");
    ok(cudaSetDevice(i), "device");
    std::size_t free = 0, total = 0;
    ok(cudaMemGetInfo(&free, &total), "memory");
    all.push_back({p.name, p.major, p.minor, (double)total, (double)free});
  }
  if (count) ok(cudaSetDevice(0), "device");
  return all;
}

}  // namespace w2s::cuda
