#include "emulate.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "fiber.h"
#include "turns.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace w2s::cuda::emulated {

namespace {

constexpr int WARP = 32;
constexpr std::size_t GUARD = 256;
constexpr std::align_val_t ALIGNED{256};  // as the memory of a card
constexpr unsigned char NAN_BYTE = 0xFF;  // floats of ones throughout are NaN, in guards too: who reads them shows it

[[noreturn]] void fail(const std::string& kernel, const std::string& what) {
  throw std::logic_error("kernel " + kernel + ": " + what);
}

std::string at(int line) { return "line " + std::to_string(line); }

// --- buffers ---------------------------------------------------------------------------------------------------------

void poison([[maybe_unused]] unsigned char* from, [[maybe_unused]] std::size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_poison_memory_region(from, bytes);
#endif
}

void unpoison([[maybe_unused]] unsigned char* from, [[maybe_unused]] std::size_t bytes) {
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(from, bytes);
#endif
}

/** Bytes that guards must be around. AddressSanitizer, where it is on, sees reads and writes of the guards as they happen. */
struct Piece {
  unsigned char* data;
  std::size_t bytes;

  /** Everything in it, and its guards, become NaN. */
  void forget() const {
    unpoison(data - GUARD, bytes + 2 * GUARD);
    std::memset(data - GUARD, NAN_BYTE, bytes + 2 * GUARD);
    poison(data - GUARD, GUARD);
    poison(data + bytes, GUARD);
  }
  void check(const std::string& who, const char* what) const {
#if !defined(__SANITIZE_ADDRESS__)
    for (std::size_t i = 0; i < GUARD; i++) {
      if (data[-1 - (long)i] != NAN_BYTE) fail(who, std::string("wrote before the start of ") + what);
      if (data[bytes + i] != NAN_BYTE) fail(who, std::string("wrote beyond the end of ") + what);
    }
#else
    (void)who, (void)what;
#endif
  }
};

/** A piece with memory of its own. */
class Guarded {
 public:
  explicit Guarded(std::size_t bytes)
      : memory_((unsigned char*)operator new(bytes + 2 * GUARD, ALIGNED)), whole{memory_.get() + GUARD, bytes} {
    whole.forget();
  }
  Guarded(Guarded&&) = default;
  ~Guarded() {
    if (memory_) unpoison(whole.data - GUARD, whole.bytes + 2 * GUARD);
  }

 private:
  struct Free {
    void operator()(unsigned char* memory) const { operator delete(memory, ALIGNED); }
  };
  std::unique_ptr<unsigned char, Free> memory_;

 public:
  const Piece whole;
};

/** Memory as the kernels see it; `before` and `expected` serve the comparison of orders. */
struct Buffer : Piece {
  std::vector<unsigned char> before, expected;
};
/** What was allocated, by its start; and the buffers in it, one at first. */
struct Allocated {
  Guarded memory;
  std::vector<Buffer> buffers;
};
std::map<void*, Allocated> blocks;
long allocated = 0;

template <typename F>
void eachBuffer(F f) {
  for (auto& [at, block] : blocks)
    for (Buffer& buffer : block.buffers) f(buffer);
}

int orders = 3;
Watch watch = nullptr;

// --- a block ---------------------------------------------------------------------------------------------------------

enum class State { ready, barrier, warpBarrier, shuffle, product, done };

struct Lane {
  Fiber fiber;
  State state = State::done;
  int line = 0;
  std::uint64_t bits = 0;
  int turn = 0;
  std::array<std::uint32_t, TOLD> words{};
};

std::vector<std::unique_ptr<Lane>> lanes;
int threads = 0;
Place place{};
const std::function<void()>* body = nullptr;
std::string kernel;
std::map<int, Guarded> shared;  // by line
std::map<int, std::vector<std::uint32_t>> told;  // by a warp's first lane
std::exception_ptr thrown;

void lane() {
  try {
    (*body)();
  } catch (...) {
    if (!thrown) thrown = std::current_exception();
  }
  lanes[place.thread]->state = State::done;
  lanes[place.thread]->fiber.suspend();
}

void wait(State state, int line) {
  Lane& own = *lanes[place.thread];
  own.state = state;
  own.line = line;
  own.fiber.suspend();
}

std::string waits(int thread) {
  const Lane& l = *lanes[thread];
  const char* names[] = {"runs", "waits at a barrier", "waits at a barrier of the warp", "waits in a shuffle",
                         "waits in a product of the warp", "has ended"};
  return "lane " + std::to_string(thread) + " " + names[(int)l.state] + (l.state == State::done ? "" : ", " + at(l.line));
}

/** Whether all lanes of [from, to) wait at one place of this kind. @throws when some do and others never will. */
bool met(int from, int to, State state) {
  for (int t = from; t < to; t++)
    if (lanes[t]->state != state || lanes[t]->line != lanes[from]->line) return false;
  return true;
}

void finishShuffle(int from, int to) {
  for (int t = from; t < to; t++) {
    const int source = from + ((t - from) ^ lanes[t]->turn);
    if (source < from || source >= to)
      fail(kernel, "lane " + std::to_string(t) + " shuffles from lane " + std::to_string(source) +
                       ", which is not there, " + at(lanes[t]->line));
  }
  std::vector<std::uint64_t> snapshot;
  for (int t = from; t < to; t++) snapshot.push_back(lanes[t]->bits);
  for (int t = from; t < to; t++) lanes[t]->bits = snapshot[(t - from) ^ lanes[t]->turn];
}

void finishProduct(int from, int to) {
  if (to - from != WARP) fail(kernel, "a product of a warp that has not all its lanes, " + at(lanes[from]->line));
  std::vector<std::uint32_t>& all = told[from];
  all.clear();
  for (int t = from; t < to; t++) all.insert(all.end(), lanes[t]->words.begin(), lanes[t]->words.begin() + lanes[t]->turn);
}

/** Lets those go on who have all met. False: nobody could. */
bool release() {
  bool any = false;
  for (int from = 0; from < threads; from += WARP) {
    const int to = std::min(from + WARP, threads);
    const bool shuffled = met(from, to, State::shuffle), multiplied = met(from, to, State::product);
    if (shuffled) finishShuffle(from, to);
    if (multiplied) finishProduct(from, to);
    if (!shuffled && !multiplied && !met(from, to, State::warpBarrier)) continue;
    for (int t = from; t < to; t++) lanes[t]->state = State::ready;
    any = true;
  }
  if (any || !met(0, threads, State::barrier)) return any;
  for (int t = 0; t < threads; t++) lanes[t]->state = State::ready;
  return true;
}

[[noreturn]] void stuck() {
  int first = 0;
  while (lanes[first]->state == State::done) first++;
  // A partner in the same warp tells more than one elsewhere.
  const int warp = first / WARP * WARP;
  for (int i = 0; i < threads; i++) {
    const int t = (warp + i) % threads;
    if (lanes[t]->state != lanes[first]->state || lanes[t]->line != lanes[first]->line)
      fail(kernel, waits(first) + ", but " + waits(t));
  }
  fail(kernel, waits(first) + " for ever");
}

void sort(std::vector<int>& list, int order, std::mt19937& random) {
  std::iota(list.begin(), list.end(), 0);
  if (order == 1) std::reverse(list.begin(), list.end());
  if (order >= 2) std::shuffle(list.begin(), list.end(), random);
}

void runBlock(int order, std::mt19937& random) {
  for (auto& [line, piece] : shared) piece.whole.forget();
  for (int t = 0; t < threads; t++) {
    lanes[t]->state = State::ready;
    lanes[t]->fiber.start(lane);
  }
  std::vector<int> turns((std::size_t)threads);
  for (;;) {
    sort(turns, order, random);
    for (int t : turns)
      if (lanes[t]->state == State::ready) {
        place.thread = t;
        lanes[t]->fiber.resume();
        if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
      }
    if (std::all_of(lanes.begin(), lanes.begin() + threads, [](auto& l) { return l->state == State::done; })) break;
    if (!release()) stuck();
  }
  for (auto& [line, piece] : shared) piece.whole.check(kernel, "shared memory");
}

void runGrid(Block grid, int order) {
  std::mt19937 random((unsigned)order);
  std::vector<int> turns((std::size_t)(grid.x * grid.y * grid.z));
  sort(turns, order, random);
  for (int i : turns) {
    place.block = {(unsigned)i % grid.x, (unsigned)i / grid.x % grid.y, (unsigned)i / grid.x / grid.y};
    runBlock(order, random);
  }
  eachBuffer([](Buffer& b) { b.check(kernel, "a buffer"); });
}

void compare(int order) {
  int number = 0;
  eachBuffer([&](Buffer& buffer) {
    if (std::memcmp(buffer.data, buffer.expected.data(), buffer.bytes)) {
      const auto* end = buffer.data + buffer.bytes;
      const auto where = std::mismatch(buffer.data, (unsigned char*)end, buffer.expected.begin()).first - buffer.data;
      fail(kernel, std::string("its result depends on the order of lanes (") + (order == 1 ? "backward" : "random") +
                       "): buffer " + std::to_string(number) + ", number " + std::to_string(where / 4) + " of " +
                       std::to_string(buffer.bytes / 4));
    }
    number++;
  });
}

}  // namespace

const Place& here() { return place; }

void barrier(int line) { wait(State::barrier, line); }
void warpBarrier(int line) { wait(State::warpBarrier, line); }

std::uint64_t shuffleBits(std::uint64_t bits, int turn, int line) {
  Lane& own = *lanes[place.thread];
  own.bits = bits;
  own.turn = turn;
  wait(State::shuffle, line);
  return own.bits;
}

const std::uint32_t* tell(const std::uint32_t* words, int count, int line) {
  Lane& own = *lanes[place.thread];
  std::copy(words, words + count, own.words.begin());
  own.turn = count;
  wait(State::product, line);
  return told[place.thread / WARP * WARP].data();
}

void* sharedMemory(std::size_t bytes, int line) { return shared.try_emplace(line, bytes).first->second.whole.data; }

void run(const char* name, Block grid, int count, const std::function<void()>& what) {
  if (!grid.x || !grid.y || !grid.z) return;
  if (watch && !watch(name, grid)) return;
  kernel = name, threads = count, body = &what;
  shared.clear();
  thrown = nullptr;
  while ((int)lanes.size() < count) lanes.push_back(std::make_unique<Lane>());
  if (orders > 1) eachBuffer([](Buffer& b) { b.before.assign(b.data, b.data + b.bytes); });
  for (int order = 0; order < orders; order++) {
    if (order) eachBuffer([](Buffer& b) { std::memcpy(b.data, b.before.data(), b.bytes); });
    runGrid(grid, order);
    if (order) compare(order);
    if (!order && orders > 1) eachBuffer([](Buffer& b) { b.expected.assign(b.data, b.data + b.bytes); });
  }
}

void* allocate(std::size_t bytes) {
  expectNoRecording("memory is taken");
  Guarded memory(bytes);
  const Piece whole = memory.whole;
  allocated++;
  blocks.emplace(whole.data, Allocated{std::move(memory), {{whole, {}, {}}}});
  return whole.data;
}

void release(void* buffer) {
  finishAll();
  blocks.erase(buffer);
}

void carve(void* block, const std::vector<Extent>& extents) {
  const auto found = blocks.find(block);
  if (found == blocks.end()) throw std::logic_error("carving what was not allocated");
  const Piece& whole = found->second.memory.whole;
  std::vector<Buffer>& buffers = found->second.buffers;
  poison(whole.data, whole.bytes);
  buffers.clear();
  std::size_t end = 0;
  for (const Extent& e : extents) {
    if ((end && e.from < end + GUARD) || e.from + e.bytes > whole.bytes) throw std::logic_error("pieces without guards");
    end = e.from + e.bytes;
    buffers.push_back({{whole.data + e.from, e.bytes}, {}, {}});
  }
  for (const Buffer& b : buffers) b.forget();
}

long allocations() { return allocated; }

void setOrders(int count) { orders = count; }
void setWatch(Watch asked) { watch = asked; }

}  // namespace w2s::cuda::emulated
