// The card: its memory, and which there are.
#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "card.h"
#include "devices.h"
#include "memory.h"

namespace w2s::cuda {

namespace {

/** As nvidia-smi and CUDA_VISIBLE_DEVICES have it: "GPU-" and sixteen bytes in hex, in groups of 4, 2, 2, 2 and 6. */
std::string uuidOf(const cudaUUID_t& uuid) {
  std::string text = "GPU-";
  char hex[3];
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    std::snprintf(hex, sizeof hex, "%02x", (unsigned char)uuid.bytes[i]);
    text += hex;
  }
  return text;
}

Device deviceAt(int index) {
  cudaDeviceProp p{};
  ok(cudaGetDeviceProperties(&p, index), "device");
  ok(cudaSetDevice(index), "device");
  std::size_t free = 0, total = 0;
  ok(cudaMemGetInfo(&free, &total), "memory");
  int kilohertz = 0;
  cudaDeviceGetAttribute(&kilohertz, cudaDevAttrClockRate, index);
  const double all = (double)total, unused = (double)free;
  return {p.name, uuidOf(p.uuid), p.major, p.minor, all, unused, p.multiProcessorCount, kilohertz / 1000};
}

std::optional<Device> tryDevice(int index) {
  try {
    return deviceAt(index);
  } catch (const DeviceFault&) {
    return std::nullopt;
  }
}

}  // namespace

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
  const cudaError_t error = cudaGetDeviceCount(&count);
  // CUDA calls one that is not there too old.
  if (error != cudaSuccess && !driver().cuda) throw DeviceFault("there is no NVIDIA driver", (int)error);
  ok(error, "the NVIDIA driver");
  return count;
}

std::vector<Device> devices() {
  const int count = deviceCount();
  std::vector<Device> all;
  // One of several that does not answer hides no other.
  for (int i = 0; i < count; i++)
    if (const auto found = tryDevice(i)) all.push_back(*found);
  if (all.empty()) all.push_back(deviceAt(0));
  ok(cudaSetDevice(0), "device");
  return all;
}

}  // namespace w2s::cuda
