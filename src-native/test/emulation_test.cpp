// That the emulation of the card finds what it is there to find: each planted mistake, by its name.
#include "../cuda/device/launch.h"
#include "../cuda/device/memory.h"
#include "../cuda/device/mma.h"
#include "../cuda/device/queue.h"
#include "check.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sys/wait.h>
#include <unistd.h>
#endif

using namespace w2s::cuda;

namespace {

constexpr int LANES = 64;

struct Planted {
  float* data;
  bool wrong;
};

struct Line {
  float at[LANES];
};

struct Ints {
  Memory<float> memory;
  explicit Ints(long n) {
    std::vector<float> values;
    for (long i = 0; i < n; i++) values.push_back((float)i);
    copyIn(memory.need(n), values.data(), values.size() * sizeof(float));
  }
  float read(long i) const {
    float x;
    copyOut(&x, memory.data() + i, sizeof(float));
    return x;
  }
};

/** Turns a line round through shared memory. */
KERNEL turnRound(Planted p) {
  SHARED(Line, line);
  line.at[threadIndex()] = p.data[threadIndex()];
  if (!p.wrong) BARRIER();
  p.data[threadIndex()] = line.at[LANES - 1 - threadIndex()];
}

/** All lanes count up, or each its own number. */
KERNEL countUp(Planted p) {
  float& x = p.data[p.wrong ? 0 : threadIndex()];
  x = x * 0.5f + (float)threadIndex();
}

KERNEL blocksCountUp(Planted p) {
  if (threadIndex()) return;
  float& x = p.data[p.wrong ? 0 : blockX()];
  x = x * 0.5f + (float)blockX();
}

KERNEL writeOne(Planted p) {
  if (threadIndex() == 0) p.data[p.wrong ? LANES : LANES - 1] = 1;
}

KERNEL writeBefore(Planted p) {
  if (threadIndex() == 0) p.data[p.wrong ? -1 : 0] = 1;
}

KERNEL writeShared(Planted p) {
  SHARED(Line, line);
  float* at = line.at;
  at[p.wrong ? threadIndex() + 1 : threadIndex()] = 1;
}

KERNEL barrierForSome(Planted p) {
  if (!p.wrong || threadIndex() < LANES / 2) BARRIER();
}

KERNEL barrierElsewhere(Planted p) {
  if (p.wrong && threadIndex() == 3) {
    BARRIER();
  } else {
    BARRIER();
  }
}

KERNEL oneMoreBarrier(Planted p) {
  for (int i = 0; i < (p.wrong && threadIndex() == 5 ? 3 : 2); i++) BARRIER();
}

KERNEL shuffleForSome(Planted p) {
  if (p.wrong && laneIndex() == 7) return;
  p.data[threadIndex()] = SHUFFLE_XOR((float)threadIndex(), 1);
}

KERNEL productForSome(Planted p) {
  float sums[4] = {};
  const unsigned a[4] = {}, b[2] = {};
  if (p.wrong && laneIndex() == 9) return;
  multiplyWarp<true>(sums, a, b);
  p.data[threadIndex()] = sums[0];
}

/** A shuffle reads what the partner had, not what it made of it since. */
KERNEL sumAll(Planted p) { p.data[threadIndex()] = warpSum(p.data[threadIndex()]); }

KERNEL readUnset(Planted p) {
  SHARED(Line, line);
  Registers<2> own;
  if (!p.wrong) line.at[threadIndex()] = own[1] = 1;
  p.data[threadIndex()] = line.at[threadIndex()] + own[1];
}

struct Scaling {
  float* data;
  const float* factor;
  float stale;
  bool wrong;
};

KERNEL scaleAll(Scaling p) { p.data[threadIndex()] *= p.wrong ? p.stale : *p.factor; }

/** A recorded pass that is to scale by 3, in whose place 2 stood when it was recorded. */
float scaledAsRecorded(bool wrong) {
  Queue queue;
  const On on(queue);
  Ints numbers(LANES), factor(1);
  float now = 2;
  Graph graph(queue, [&] {
    LAUNCH(scaleAll, Grid{1}, LANES, (Scaling{numbers.memory.data(), factor.memory.data(), now, wrong}));
  });
  now = 3;
  copyIn(factor.memory.data(), &now, sizeof now);
  graph.launch(queue);
  return numbers.read(7);
}

struct Handing {
  const float* from;
  float* to;
};

KERNEL copyAll(Handing p) { p.to[threadIndex()] = p.from[threadIndex()]; }

/** What one queue gets of what the other one makes. */
float handedOver(unsigned seed, bool wrong) {
  emulated::setSeed(seed);
  Queue makes, takes;
  Ints numbers(LANES), handed(LANES);
  Event made;
  {
    const On on(makes);
    LAUNCH(sumAll, Grid{1}, LANES, (Planted{numbers.memory.data(), false}));
    if (!wrong) made.record(makes);
  }
  const On on(takes);
  takes.after(made);
  LAUNCH(copyAll, Grid{1}, LANES, (Handing{numbers.memory.data(), handed.memory.data()}));
  return handed.read(0);
}

void expectFound(const char* what, void (*kernel)(Planted), const char* message, unsigned blocks = 1) {
  Ints right(LANES), wrong(LANES);
  launch(what, kernel, Grid{blocks}, LANES, Planted{right.memory.data(), false});
  try {
    launch(what, kernel, Grid{blocks}, LANES, Planted{wrong.memory.data(), true});
    w2s::test::fail(__FILE__, __LINE__, std::string("not found: ") + what);
  } catch (const std::exception& e) {
    if (std::string(e.what()).find(message) == std::string::npos)
      w2s::test::fail(__FILE__, __LINE__, std::string(what) + ": got \"" + e.what() + "\"");
  }
}

#if defined(__SANITIZE_ADDRESS__)
/** AddressSanitizer finds these as they happen, and ends the program: a child of this one. */
bool endsProgram(const char* what, void (*kernel)(Planted), bool wrong) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (!child) {
    std::freopen("/dev/null", "w", stderr);
    Ints numbers(LANES);
    launch(what, kernel, Grid{1}, LANES, Planted{numbers.memory.data(), wrong});
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status != 0;
}

void expectFoundOutside(const char* what, void (*kernel)(Planted), const char*) {
  CHECK(!endsProgram(what, kernel, false));
  if (!endsProgram(what, kernel, true)) w2s::test::fail(__FILE__, __LINE__, std::string("not found: ") + what);
}
#else
void expectFoundOutside(const char* what, void (*kernel)(Planted), const char* message) {
  expectFound(what, kernel, message);
}
#endif

}  // namespace

TEST(emulation_finds_a_missing_barrier) {
  expectFound("turnRound", turnRound, "depends on the order of lanes (backward)");
}

TEST(emulation_finds_races_of_lanes_and_of_blocks) {
  expectFound("countUp", countUp, "depends on the order of lanes");
  expectFound("blocksCountUp", blocksCountUp, "depends on the order of lanes", 3);
}

TEST(emulation_finds_writes_out_of_bounds) {
  expectFoundOutside("writeOne", writeOne, "wrote beyond the end of a buffer");
  expectFoundOutside("writeBefore", writeBefore, "wrote before the start of a buffer");
  expectFoundOutside("writeShared", writeShared, "wrote beyond the end of shared memory");
}

TEST(emulation_finds_barriers_that_not_all_lanes_come_to) {
  expectFound("barrierForSome", barrierForSome, "has ended");
  expectFound("barrierElsewhere", barrierElsewhere, "but lane 3 waits at a barrier");
  expectFound("oneMoreBarrier", oneMoreBarrier, "lane 5 waits at a barrier");
}

TEST(emulation_finds_shuffles_with_lanes_that_are_not_there) {
  expectFound("shuffleForSome", shuffleForSome, "waits in a shuffle");
  expectFound("productForSome", productForSome, "waits in a product of the warp");
}

TEST(emulated_shuffles_read_a_snapshot) {
  Ints numbers(LANES);
  LAUNCH(sumAll, Grid{1}, LANES, (Planted{numbers.memory.data(), false}));
  CHECK(numbers.read(0) == 31 * 32 / 2);
  CHECK(numbers.read(63) == 31 * 32 / 2 + 32 * 32);
}

TEST(emulated_memory_starts_as_nan) {
  Ints numbers(LANES);
  LAUNCH(readUnset, Grid{1}, LANES, (Planted{numbers.memory.data(), true}));
  CHECK(std::isnan(numbers.read(9)));
  LAUNCH(readUnset, Grid{1}, LANES, (Planted{numbers.memory.data(), false}));
  CHECK(numbers.read(9) == 2);
  Memory<float> fresh;
  fresh.need(4);
  float x;
  copyOut(&x, fresh.data() + 3, sizeof(float));
  CHECK(std::isnan(x));
}

TEST(emulation_finds_a_parameter_that_is_not_what_it_was_when_a_pass_was_recorded) {
  CHECK(scaledAsRecorded(false) == 21);
  CHECK(scaledAsRecorded(true) == 14);
}

TEST(emulation_finds_a_pass_that_waits_or_takes_memory_while_it_is_recorded) {
  Queue queue;
  Ints numbers(LANES);
  CHECK_THROWS(Graph(queue, [&] { numbers.read(0); }), "waiting while a pass is recorded");
  CHECK_THROWS(Graph(queue, [] { Memory<float>().need(3); }), "memory is taken while a pass is recorded");
}

TEST(emulation_finds_a_missing_event) {
  int right = 0, wrong = 0;
  for (unsigned seed = 1; seed <= 20; seed++) {
    right += handedOver(seed, false) == 31 * 32 / 2;
    wrong += handedOver(seed, true) != 31 * 32 / 2;
  }
  CHECK(right == 20);
  CHECK(wrong > 0);
}
