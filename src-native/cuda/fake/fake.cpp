// A card for tests of what is around it: the emulation, each launch in one order, under conditions that a test sets.
// W2S_FAKE_CARD is the path of a file with a condition a line, a name and a value; it is read whenever the card is asked, so
// that a test can change them while a training goes on.
//
//   name, compute, driver, cuda, runtime   what it says of itself
//   multiprocessors N, megahertz N   likewise; 0, not told, by default
//   error N    asking for cards fails with the driver's number N
//   hang 1     asking for cards never ends
//   memory N   bytes that it has
//   room N     bytes of them that can be had, all by default; what is beyond them is refused
//   fault N    launches fail with N, and everything after that in this process
//   after N    but so many launches of this process, which come before, do not
//   wrong 1    what is read from it is off by a hundredth
//   cards N    there are so many of them, one by default; card k has the uuid GPU-…k, and a condition whose name ends in @k is
//              its alone, "fault@2 700". CUDA_VISIBLE_DEVICES hides all but those whose uuids it lists; the first one computes
//   quick 1    a batch of a thousand tokens or more is not computed: a card that is fast where its speed is measured
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <thread>
#include <vector>

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
  /** Of a card; 0: of the one that computes. */
  std::string text(const std::string& name, const char* otherwise, int card = 0) const {
    for (const std::string& key : {name + "@" + std::to_string(card ? card : seen().front()), name}) {
      const auto found = values_.find(key);
      if (found != values_.end()) return found->second;
    }
    return otherwise;
  }
  double number(const std::string& name, double otherwise, int card = 0) const {
    const std::string value = text(name, "", card);
    return value.empty() ? otherwise : std::stod(value);
  }
  /** The cards that this process sees. */
  std::vector<int> seen() const {
    const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
    const auto found = values_.find("cards");
    const int count = found == values_.end() ? 1 : std::stoi(found->second);
    std::vector<int> all;
    for (int card = 1; card <= count; card++)
      if (!visible || std::strstr(visible, uuidOf(card).c_str())) all.push_back(card);
    return all.empty() ? std::vector<int>{1} : all;
  }
  static std::string uuidOf(int card) { return "GPU-00000000-0000-0000-0000-00000000000" + std::to_string(card); }

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

double memoryOf(const Conditions& now, int card = 0) { return now.number("memory", 16e9, card); }
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
  std::vector<Device> all;
  for (const int card : now.seen()) {
    const double compute = now.number("compute", 8.9, card), memory = memoryOf(now, card);
    const double free = now.number("room", memory, card) - (all.empty() ? used() : 0);
    all.push_back({now.text("name", "Fake card", card), Conditions::uuidOf(card), (int)compute,
                   (int)std::lround(compute * 10) % 10, memory, free, (int)now.number("multiprocessors", 0, card),
                   (int)now.number("megahertz", 0, card)});
  }
  return all;
}

}  // namespace w2s::cuda
