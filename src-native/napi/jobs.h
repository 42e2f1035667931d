// Calls that compute run one after another on a thread of their own, so that the event loop stays free; each gives a
// promise. The job thread is also the first thread of the pool that computes.
//
// A small call is run where it is made, when no other waits: handing it over and hearing of its end wakes two threads,
// which takes 0.1 ms, three times in a training step that takes 1.5 ms. Now and then one is handed over all the same, so
// that who makes many of them cannot hold the event loop.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "../cpu/pool/pool.h"
#include "values.h"

namespace w2s {

struct Job {
  std::function<void()> work;                  // on the job thread
  std::function<napi_value(napi_env)> result;  // afterwards, on the event loop
  napi_deferred deferred = nullptr;
  napi_ref kept = nullptr;  // the output array, if there is one
  std::exception_ptr thrown;
};

class Jobs {
 public:
  explicit Jobs(napi_env env);
  ~Jobs();

  /**
   * Queues the job, or (small) runs it at once, and returns its promise. `output` (or null) is kept alive meanwhile and
   * is the promise's value.
   */
  napi_value add(napi_env env, napi_value output, std::function<void()> work,
                 std::function<napi_value(napi_env)> result = {}, bool small = false);

  /** Whether no job runs or waits: then this thread may look into networks. */
  bool idle() const { return waiting_ == 0; }

  /** The pool of so many threads: made once, asleep when idle. */
  Pool& pool(int threads);

 private:
  void work();
  /** Lets the job at hand finish, and drops those that wait. */
  void end();
  static void perform(Job& job);
  /** On this thread. */
  void performHere(Job& job);
  static void resolve(napi_env env, Job& job, napi_value output);
  static void settle(napi_env env, napi_value, void* context, void* data);

  napi_threadsafe_function done_ = nullptr;
  int waiting_ = 0;  // jobs not settled yet: while there are any, they keep the process alive
  std::chrono::steady_clock::duration here_{};  // time of small jobs since the event loop had a turn
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::unique_ptr<Job>> queue_;
  bool stop_ = false;
  std::map<int, std::unique_ptr<Pool>> pools_;
  std::thread thread_;
};

}  // namespace w2s
