#include "pool.h"

#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#if defined(__linux__)
#include <sched.h>
#endif

namespace w2s {

namespace {
// Longer than the gaps between the regions of a step, those where JavaScript makes gradients of logits included: waking
// a thread that sleeps takes 50 to 100 microseconds on a virtual machine, and a step of a small model has five regions.
constexpr std::chrono::microseconds SPIN{200};
constexpr int SPINS_A_LOOK = 16;  // at the clock

/** How this thread treats floating-point numbers: MXCSR, or FPCR. */
inline unsigned long readControl() {
#if defined(__x86_64__)
  return _mm_getcsr();
#elif defined(__aarch64__)
  unsigned long control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control;
#else
  return 0;
#endif
}

inline void writeControl(unsigned long control) {
#if defined(__x86_64__)
  _mm_setcsr((unsigned)control);
#elif defined(__aarch64__)
  asm volatile("msr fpcr, %0" : : "r"(control));
#else
  (void)control;
#endif
}

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
  writeControl(readControl() | 0x8040);
#elif defined(__aarch64__)
  writeControl(readControl() | (1ul << 24));
#endif
}

FlushedDenormals::FlushedDenormals() : before_(readControl()) { flushDenormals(); }
FlushedDenormals::~FlushedDenormals() { writeControl(before_); }

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
  const auto until = std::chrono::steady_clock::now() + SPIN;
  do {
    for (int i = 0; i < SPINS_A_LOOK; i++) {
      if (value.load(std::memory_order_acquire) != old) return;
      relax();
    }
  } while (std::chrono::steady_clock::now() < until);
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
