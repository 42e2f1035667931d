// A driver's NVML for tests: an RTX 4080 SUPER at work, with the numbers of the recording in test/data/machine/answers.ts.
// W2S_FAKE_NVML is the path of a file with a condition a line, a name and a number; it is read at every question.
//
//   init N     the library does not start, with NVML's number N
//   hang 1     it starts, and no count of cards ever comes
//   cards N    there are so many, one by default; card k has the uuid GPU-…, its last digit k − 1
//   at@K N     card K cannot be had, with the number N; card@K N: it can be had, and answers nothing but N
//   power N    the power of all cards is not told, with the number N
//   errors N   so many errors of memory that could not be corrected; not told by default
//   slowed N   bits of what slows them down; programs N: so many on the first card, three by default
//
// With W2S_OLD it is that of a driver before 535, which has the older names alone.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include "../api.h"

using namespace w2s::nvml;

#define OFFERED extern "C" __attribute__((visibility("default")))
#ifdef W2S_OLD
#define REASONS nvmlDeviceGetCurrentClocksThrottleReasons
#define PROCESSES nvmlDeviceGetComputeRunningProcesses_v2
#else
#define REASONS nvmlDeviceGetCurrentClocksEventReasons
#define PROCESSES nvmlDeviceGetComputeRunningProcesses_v3
#endif

namespace {

constexpr unsigned long long MEBIBYTE = 1 << 20;
struct Program {
  unsigned pid;
  const char* name;
  unsigned long long mebibytes;
};
const Program PROGRAMS[] = {{2165, "/usr/bin/kwin_wayland", 25}, {5022, "ffmpeg", 503}, {5021, "ffmpeg", 360}};

long condition(const std::string& name, long otherwise) {
  const char* path = std::getenv("W2S_FAKE_NVML");
  std::ifstream file(path ? path : "");
  std::string key;
  for (long value; file >> key >> value;)
    if (key == name) return value;
  return otherwise;
}

/** Cards are numbered from 1 in what stands for their handles. */
long numberOf(Device device) { return (long)(std::size_t)device; }

int answer(Device device) { return (int)condition("card@" + std::to_string(numberOf(device)), SUCCESS); }

template <typename T, typename V>
int tell(Device device, T* out, V value) {
  *out = (T)value;
  return answer(device);
}

}  // namespace

OFFERED int nvmlInit_v2() { return (int)condition("init", SUCCESS); }

OFFERED const char* nvmlErrorString(int status) {
  return status == 18 ? "Driver/library version mismatch" : "Unknown Error";
}

OFFERED int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "595.71.05");
  return SUCCESS;
}

OFFERED int nvmlDeviceGetCount_v2(unsigned* count) {
  while (condition("hang", 0)) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  *count = (unsigned)condition("cards", 1);
  return SUCCESS;
}

OFFERED int nvmlDeviceGetHandleByIndex_v2(unsigned i, Device* device) {
  *device = (Device)(std::size_t)(i + 1);
  return (int)condition("at@" + std::to_string(i + 1), SUCCESS);
}

OFFERED int nvmlDeviceGetUUID(Device device, char* text, unsigned size) {
  std::snprintf(text, size, "GPU-00000000-0000-0000-0000-%012ld", numberOf(device) - 1);
  return answer(device);
}

OFFERED int nvmlDeviceGetName(Device device, char* text, unsigned size) {
  std::snprintf(text, size, "NVIDIA GeForce RTX 4080 SUPER");
  return answer(device);
}

OFFERED int nvmlDeviceGetUtilizationRates(Device device, Utilization* out) { return tell(device, &out->gpu, 7); }

OFFERED int nvmlDeviceGetMemoryInfo(Device device, MemoryInfo* out) {
  *out = {16376 * MEBIBYTE, (16376 - 1474) * MEBIBYTE, 1474 * MEBIBYTE};
  return answer(device);
}

OFFERED int nvmlDeviceGetTemperature(Device device, int, unsigned* out) { return tell(device, out, 46); }

OFFERED int nvmlDeviceGetPowerUsage(Device device, unsigned* out) {
  const int status = tell(device, out, 84240);
  return status == SUCCESS ? (int)condition("power", SUCCESS) : status;
}

OFFERED int nvmlDeviceGetClockInfo(Device device, int of, unsigned* out) {
  return tell(device, out, of == CLOCK_SM ? 2805 : 11251);
}

OFFERED int REASONS(Device device, unsigned long long* out) { return tell(device, out, condition("slowed", 0)); }

OFFERED int nvmlDeviceGetTotalEccErrors(Device device, int, int, unsigned long long* out) {
  const long errors = condition("errors", -1);
  return errors < 0 ? NOT_SUPPORTED : tell(device, out, errors);
}

OFFERED int nvmlDeviceGetMigMode(Device, unsigned*, unsigned*) { return NOT_SUPPORTED; }

OFFERED int PROCESSES(Device device, unsigned* count, Process* out) {
  // All of them on the first card, as often as is wanted to fill more than one asks for at once.
  const unsigned all = numberOf(device) == 1 ? (unsigned)condition("programs", 3) : 0;
  const unsigned room = *count;
  *count = all;
  if (room < all) return INSUFFICIENT_SIZE;
  for (unsigned i = 0; i < all; i++) out[i] = {PROGRAMS[i % 3].pid, PROGRAMS[i % 3].mebibytes * MEBIBYTE, ~0u, ~0u};
  return answer(device);
}

OFFERED int nvmlSystemGetProcessName(unsigned pid, char* text, unsigned size) {
  for (const Program& program : PROGRAMS)
    if (program.pid == pid) std::snprintf(text, size, "%s", program.name);
  return SUCCESS;
}
