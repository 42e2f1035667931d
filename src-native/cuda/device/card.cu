// The card: its memory, and which there are.
#include <fstream>
#include <sstream>
#include <string>

#include "card.h"
#include "devices.h"
#include "memory.h"

namespace w2s::cuda {

void* allocateBytes(std::size_t bytes) {
  void* memory = nullptr;
  const cudaError_t error = cudaMalloc(&memory, bytes);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // it is told once, by the exception
    std::size_t free = 0, all = 0;
    cudaMemGetInfo(&free, &all);
    throw DeviceFull((double)bytes, (double)free, (double)all);
  }
  ok(error, "memory");
  return memory;
}

void releaseBytes(void* memory) {
  if (memory) cudaFree(memory);
}
void sendIn(void* to, const void* from, std::size_t bytes) {
  ok(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, currentStream()), "copying to the card");
}
void sendOut(void* to, const void* from, std::size_t bytes) {
  ok(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, currentStream()), "copying from the card");
}
void copyWithin(void* to, const void* from, std::size_t bytes) {
  ok(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, currentStream()), "copying on the card");
}
void copyIn(void* to, const void* from, std::size_t bytes) {
  sendIn(to, from, bytes);
  ok(cudaStreamSynchronize(currentStream()), "copying to the card");
}
void copyOut(void* to, const void* from, std::size_t bytes) {
  sendOut(to, from, bytes);
  ok(cudaStreamSynchronize(currentStream()), "copying from the card");
}
void zero(void* memory, std::size_t bytes) { ok(cudaMemsetAsync(memory, 0, bytes, currentStream()), "clearing"); }
void forget(void*, std::size_t) {}
void carve(void*, const std::vector<Extent>&) {}

void* allocatePinned(std::size_t bytes) {
  void* memory = nullptr;
  ok(cudaMallocHost(&memory, bytes), "pinned memory");
  return memory;
}
void releasePinned(void* memory) {
  if (memory) cudaFreeHost(memory);
}

Driver driver() {
  Driver d{{}, 0, 0};
  cudaDriverGetVersion(&d.cuda);
  cudaRuntimeGetVersion(&d.runtime);
  // "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 ...": the first word that is numbers and dots.
  std::ifstream file("/proc/driver/nvidia/version");
  std::string line, word;
  std::getline(file, line);
  for (std::istringstream words(line); d.version.empty() && words >> word;)
    if (word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos)
      d.version = word;
  return d;
}

int deviceCount() {
  int count = 0;
  ok(cudaGetDeviceCount(&count), "the NVIDIA driver");
  return count;
}

std::vector<Device> devices() {
  const int count = deviceCount();
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
