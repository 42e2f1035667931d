// A pool of threads that live as long as the engine. A step is a few parallel regions, each a function that every
// thread runs with its own number; between regions the threads spin for a moment, then sleep, so an idle engine costs
// nothing and a busy machine is not made busier by waiting.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>
#include <vector>

namespace w2s {

class Pool {
 public:
  /** `threads` in all, the caller of run() being the first. */
  explicit Pool(int threads);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /** Threads that there are. */
  int capacity() const { return threads_; }
  /** Those that take part in regions from now on, 1 to capacity(). Not inside one. */
  void use(int threads) { used_ = std::clamp(threads, 1, threads_); }
  int size() const { return used_; }

  /** Calls body(0) here and body(1) .. body(size - 1) on the others; returns when all have. `body` must not throw. */
  void run(const std::function<void(int)>& body);

  /** Inside a region: waits until every thread of the pool has come here. */
  void barrier();

  /** Splits `items` into nearly equal runs: the part of thread t is [begin, end). */
  struct Share {
    long begin, end;
  };
  Share share(long items, int thread) const { return {items * thread / used_, items * (thread + 1) / used_}; }

 private:
  void work(int thread);
  /** Ends the threads that there are. */
  void end();
  void waitFor(const std::atomic<int>& value, int old) const;

  const int threads_;
  int used_ = threads_;
  std::vector<std::thread> others_;
  const std::function<void(int)>* body_ = nullptr;
  std::atomic<bool> stop_ = false;
  alignas(64) std::atomic<int> epoch_ = 0;     // raised by run() to start a region
  alignas(64) std::atomic<int> running_ = 0;   // threads still inside the region
  alignas(64) std::atomic<int> arrived_ = 0;   // at the barrier
  alignas(64) std::atomic<int> barriers_ = 0;  // barriers passed
};

/** Makes this thread treat denormal numbers as zero: they are slow, and mean nothing in a float32 training step. */
void flushDenormals();

/** The same for as long as this lives, on a thread that computes other things, too. */
class FlushedDenormals {
 public:
  FlushedDenormals();
  ~FlushedDenormals();
  FlushedDenormals(const FlushedDenormals&) = delete;
  FlushedDenormals& operator=(const FlushedDenormals&) = delete;

 private:
  unsigned long before_;
};

/** Cores this process may use. */
int availableThreads();

}  // namespace w2s
