#include "jobs.h"

namespace w2s {

namespace {
constexpr std::chrono::milliseconds HERE_AT_MOST{10};
}

Jobs::Jobs(napi_env env) {
  ok(napi_create_threadsafe_function(env, nullptr, nullptr, newText(env, "w2s"), 0, 1, nullptr, nullptr, this, settle,
                                     &done_),
     "threadsafe function");
  ok(napi_unref_threadsafe_function(env, done_), "threadsafe function");
  thread_ = std::thread([this] { work(); });
  // The last hook added runs first: the thread ends before Node closes the function, whose closing must not wait for it.
  ok(napi_add_env_cleanup_hook(env, [](void* jobs) { ((Jobs*)jobs)->end(); }, this), "cleanup hook");
}

Jobs::~Jobs() { end(); }

void Jobs::end() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
  napi_release_threadsafe_function(done_, napi_tsfn_abort);
}

Pool& Jobs::pool(int threads) {
  auto& pool = pools_[threads];
  if (!pool) pool = std::make_unique<Pool>(threads);
  return *pool;
}

napi_value Jobs::add(napi_env env, napi_value output, std::function<void()> work,
                     std::function<napi_value(napi_env)> result, bool small) {
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  job->result = std::move(result);
  napi_value promise;
  ok(napi_create_promise(env, &job->deferred, &promise), "promise");
  if (small && idle() && here_ < HERE_AT_MOST) {
    performHere(*job);
    resolve(env, *job, output ? output : undefined(env));
    return promise;
  }
  if (output) ok(napi_create_reference(env, output, 1, &job->kept), "reference");
  if (waiting_++ == 0) ok(napi_ref_threadsafe_function(env, done_), "threadsafe function");
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return promise;
}

void Jobs::performHere(Job& job) {
  const FlushedDenormals flushed;
  const auto begin = std::chrono::steady_clock::now();
  perform(job);
  here_ += std::chrono::steady_clock::now() - begin;
}

void Jobs::perform(Job& job) {
  try {
    job.work();
  } catch (const std::exception&) {
    job.thrown = std::current_exception();
  }
  job.work = nullptr;
}

void Jobs::work() {
  flushDenormals();
  for (;;) {
    std::unique_ptr<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !queue_.empty(); });
      if (stop_) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    perform(*job);
    napi_call_threadsafe_function(done_, job.release(), napi_tsfn_blocking);
  }
}

void Jobs::settle(napi_env env, napi_value, void* context, void* data) {
  std::unique_ptr<Job> job((Job*)data);
  if (!env) return;  // the environment is going down: nobody waits any more
  Jobs& jobs = *(Jobs*)context;
  jobs.here_ = {};
  if (--jobs.waiting_ == 0) napi_unref_threadsafe_function(env, jobs.done_);
  napi_value value = undefined(env);
  if (job->kept) {
    napi_get_reference_value(env, job->kept, &value);
    napi_delete_reference(env, job->kept);
  }
  resolve(env, *job, value);
}

void Jobs::resolve(napi_env env, Job& job, napi_value output) {
  if (job.thrown) {
    napi_reject_deferred(env, job.deferred, newError(env, job.thrown));
    return;
  }
  napi_resolve_deferred(env, job.deferred, job.result ? job.result(env) : output);
}

}  // namespace w2s
