// A card for tests of what is around it: the emulation, each launch in one order, under conditions that a test sets.
// W2S_FAKE_CARD is the path of a file with a condition a line, a name and a value; it is read whenever the card is asked, so
// that a test can change them while a training goes on.
//
//   name, compute, driver, cuda, runtime   what it says of itself
//   error N    asking for cards fails with the driver's number N
//   hang 1     asking for cards never ends
//   memory N   bytes that it has
//   room N     bytes of them that can be had, all by default; what is beyond them is refused
//   fault N    launches fail with N, and everything after that in this process
//   after N    but so many launches of this process, which come before, do not
//   wrong 1    what is read from it is off by a hundredth
//   quick 1    a batch of a thousand tokens or more is not computed: a card that is fast where its speed is measured
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <thread>

#include "../../failures.h"
#include "../device/devices.h"
#include "../device/emulate.h"
#include "../device/memory.h"
#include "../device/turns.h"

namespace w2s::cuda {

namespace {

class Conditions {
 public:
  Conditions() {
    const char* path = std::getenv("W2S_FAKE_CARD");
    std::ifstream file(path ? path : "");
    for (std::string line; std::getline(file, line);) {
      const std::size_t space = line.find(' ');
      if (space != std::string::npos) values_[line.substr(0, space)] = line.substr(space + 1);
    }
  }
  std::string text(const char* name, const char* otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
  }
  double number(const char* name, double otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : std::stod(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

constexpr unsigned LARGE_BATCH = 1000;

long launches = 0;
bool resting = false;
int broken = 0;
std::map<void*, std::size_t> allocated;

double used() {
  double bytes = 0;
  for (const auto& [at, size] : allocated) bytes += (double)size;
  return bytes;
}

double memoryOf(const Conditions& now) { return now.number("memory", 16e9); }
double freeOf(const Conditions& now) { return now.number("room", memoryOf(now)) - used(); }

void expectWhole() {
  if (broken) throw DeviceFault("the card failed: error " + std::to_string(broken), broken);
}

bool watch(const char* kernel, emulated::Block grid) {
  const Conditions now;
  const int fault = (int)now.number("fault", 0);
  if (fault && launches >= now.number("after", 0)) broken = fault;
  launches++;
  expectWhole();
  if (!std::strcmp(kernel, "embedRows")) resting = now.number("quick", 0) && grid.x >= LARGE_BATCH;
  return !resting;
}

const bool ready = [] {
  emulated::setOrders(1);
  emulated::setWatch(watch);
  return true;
}();

}  // namespace

void* allocateBytes(std::size_t bytes) {
  expectWhole();
  const Conditions now;
  if ((double)bytes > freeOf(now)) throw DeviceFull((double)bytes, freeOf(now), memoryOf(now));
  void* memory = emulated::allocate(bytes);
  allocated[memory] = bytes;
  return memory;
}

void releaseBytes(void* memory) {
  if (!memory) return;
  allocated.erase(memory);
  emulated::release(memory);
}

void copyIn(void* to, const void* from, std::size_t bytes) {
  expectWhole();
  sendIn(to, from, bytes);
  emulated::finish();
}

void sendOut(void* to, const void* from, std::size_t bytes) {
  expectWhole();
  emulated::start([=] {
    std::memcpy(to, from, bytes);
    if (Conditions().number("wrong", 0))
      for (std::size_t i = 0; i < bytes / sizeof(float); i++) ((float*)to)[i] *= 1.01f;
  });
}

void copyOut(void* to, const void* from, std::size_t bytes) {
  sendOut(to, from, bytes);
  emulated::finish();
}

Driver driver() {
  const Conditions now;
  return {now.text("driver", "550.54.14"), (int)now.number("cuda", 12040), (int)now.number("runtime", 12040)};
}

int deviceCount() { return (int)devices().size(); }

std::vector<Device> devices() {
  const Conditions now;
  while (now.number("hang", 0)) std::this_thread::sleep_for(std::chrono::seconds(1));
  const int error = (int)now.number("error", 0);
  if (error) throw DeviceFault("the NVIDIA driver: error " + std::to_string(error), error);
  const double compute = now.number("compute", 8.9);
  return {{now.text("name", "Fake card"), (int)compute, (int)std::lround(compute * 10) % 10, memoryOf(now), freeOf(now)}};
}

}  // namespace w2s::cuda
