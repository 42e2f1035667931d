// What every call from JavaScript begins with: the addon's own state, the model that it is a method of, its arguments.
#pragma once
#include "../network.h"
#include "jobs.h"

namespace w2s {

struct Addon {
  explicit Addon(napi_env env) : jobs(env) {}
  Jobs jobs;
};

inline Addon& addonOf(napi_env env) {
  Addon* addon = nullptr;
  ok(napi_get_instance_data(env, (void**)&addon), "instance data");
  return *addon;
}

/** A JavaScript Model. Jobs hold the network too, so that dispose() and garbage collection never pull it away from one.
 */
struct Model {
  std::shared_ptr<Network> network;
  double backwardWork = 0;  // of the backward pass that the last forward pass waits for
  std::int64_t told = 0;    // bytes that V8 knows of: else it sees no reason to collect models that nobody holds

  /** Tells V8 how much memory the network holds; not while a job runs. */
  void tell(napi_env env) {
    std::int64_t bytes = 0, all = 0;
    if (network) {
      const Memory m = network->memory();
      bytes = (std::int64_t)(m.weights + m.mirrors + m.gradients + m.moments + m.activations);
    }
    if (bytes != told) napi_adjust_external_memory(env, bytes - told, &all);
    told = bytes;
  }
};

struct Call {
  napi_env env;
  napi_value self;
  std::vector<napi_value> arguments;
  Model* model = nullptr;
  std::shared_ptr<Network> network;

  Call(napi_env env, napi_callback_info info, std::size_t expected) : env(env), arguments(expected) {
    std::size_t count = expected;
    ok(napi_get_cb_info(env, info, &count, arguments.data(), &self, nullptr), "arguments");
    if (napi_unwrap(env, self, (void**)&model) != napi_ok || !model) throw BadArgument("expected a Model as `this`");
    if (!model->network) throw std::runtime_error("this model was disposed of");
    network = model->network;
    if (jobs().idle()) model->tell(env);
  }
  Jobs& jobs() const { return addonOf(env).jobs; }
};

}  // namespace w2s
