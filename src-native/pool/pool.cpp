#include "pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace w2s {

namespace {
// About 20 microseconds: longer than the gap between two regions of a step, shorter than anyone notices.
constexpr int SPINS = 2000;

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}
}  // namespace

void flushDenormals() {
#if defined(__x86_64__)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#elif defined(__aarch64__)
  unsigned long control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  asm volatile("msr fpcr, %0" : : "r"(control | (1ul << 24)));
#endif
}

int availableThreads() {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  int n = (int)std::thread::hardware_concurrency();
  return n > 0 ? n : 1;
}

Pool::Pool(int threads) : threads_(threads) {
  try {
    for (int t = 1; t < threads; t++) others_.emplace_back([this, t] { work(t); });
  } catch (...) {  // a thread too many for the system: those made must not be left running
    end();
    throw;
  }
}

Pool::~Pool() { end(); }

void Pool::end() {
  stop_ = true;
  epoch_.fetch_add(1);
  epoch_.notify_all();
  for (auto& t : others_) t.join();
}

void Pool::waitFor(const std::atomic<int>& value, int old) const {
  for (int i = 0; i < SPINS; i++) {
    if (value.load(std::memory_order_acquire) != old) return;
    relax();
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

void Pool::work(int thread) {
  flushDenormals();
  for (int epoch = 0;;) {
    waitFor(epoch_, epoch);
    epoch = epoch_.load(std::memory_order_acquire);
    if (stop_) return;
    if (thread < used_) (*body_)(thread);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
  }
}

void Pool::run(const std::function<void(int)>& body) {
  if (used_ == 1) return body(0);  // wakes nobody
  body_ = &body;
  running_.store(threads_ - 1, std::memory_order_relaxed);
  epoch_.fetch_add(1, std::memory_order_release);
  epoch_.notify_all();
  body(0);
  for (int left; (left = running_.load(std::memory_order_acquire)) != 0;) waitFor(running_, left);
}

void Pool::barrier() {
  const int passed = barriers_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) == used_ - 1) {
    arrived_.store(0, std::memory_order_relaxed);
    barriers_.fetch_add(1, std::memory_order_release);
    barriers_.notify_all();
  } else {
    waitFor(barriers_, passed);
  }
}

}  // namespace w2s
