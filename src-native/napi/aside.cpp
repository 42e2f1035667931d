#include "aside.h"

#include <memory>
#include <mutex>
#include <thread>

namespace w2s {

namespace {

struct Call {
  std::function<void()> work;
  std::function<napi_value(napi_env)> result;
  napi_deferred deferred = nullptr;
  napi_threadsafe_function done = nullptr;
  std::exception_ptr thrown;
  std::mutex mutex;
  bool closed = false;  // the environment is gone, and `done` with it
};
/** Held by the thread, by the hook at the environment's end, and on the way back. */
using Held = std::shared_ptr<Call>;

void close(void* data) {
  const std::unique_ptr<Held> held((Held*)data);
  std::lock_guard lock((*held)->mutex);
  (*held)->closed = true;
}

void perform(const Held& call) {
  try {
    call->work();
  } catch (const std::exception&) {
    call->thrown = std::current_exception();
  }
  std::lock_guard lock(call->mutex);
  if (!call->closed) napi_call_threadsafe_function(call->done, nullptr, napi_tsfn_nonblocking);
}

void settle(napi_env env, napi_value, void* context, void*) {
  if (!env) return;
  auto* hook = (Held*)context;
  const Held call = *hook;
  napi_remove_env_cleanup_hook(env, close, hook);
  delete hook;
  if (call->thrown)
    napi_reject_deferred(env, call->deferred, newError(env, call->thrown));
  else
    napi_resolve_deferred(env, call->deferred, call->result(env));
  napi_release_threadsafe_function(call->done, napi_tsfn_release);
}

}  // namespace

napi_value aside(napi_env env, std::function<void()> work, std::function<napi_value(napi_env)> result) {
  auto call = std::make_shared<Call>();
  call->work = std::move(work);
  call->result = std::move(result);
  napi_value promise;
  ok(napi_create_promise(env, &call->deferred, &promise), "promise");
  auto hook = std::make_unique<Held>(call);
  ok(napi_create_threadsafe_function(env, nullptr, nullptr, newText(env, "w2s aside"), 0, 1, nullptr, nullptr,
                                     hook.get(), settle, &call->done),
     "threadsafe function");
  ok(napi_unref_threadsafe_function(env, call->done), "threadsafe function");
  // The last hook added runs first: the thread hears of the end before the function is closed.
  ok(napi_add_env_cleanup_hook(env, close, hook.release()), "cleanup hook");
  std::thread(perform, call).detach();
  return promise;
}

}  // namespace w2s
