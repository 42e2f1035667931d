#include "tensors.h"

#include <algorithm>

#include "call.h"

namespace w2s {

namespace {

napi_value describe(napi_env env, const Tensor& t) {
  napi_value shape = newArray(env, t.shape.size());
  for (std::size_t d = 0; d < t.shape.size(); d++)
    ok(napi_set_element(env, shape, (unsigned)d, newNumber(env, (double)t.shape[d])), "shape");
  napi_value object = newObject(env);
  set(env, object, "name", newText(env, t.name));
  set(env, object, "shape", shape);
  return object;
}

/** Makes the list of named tensors at once, for the job to fill: `fill(network, memory per tensor)`. */
template <typename F>
napi_value readTensors(napi_env env, napi_callback_info info, F fill) {
  Call call(env, info, 0);
  const std::vector<Tensor>& all = call.network->parameters.tensors();
  napi_value list = newArray(env, all.size());
  std::vector<float*> memory(all.size());
  for (std::size_t i = 0; i < all.size(); i++) {
    napi_value tensor = describe(env, all[i]);
    set(env, tensor, "data", newFloats(env, (std::size_t)all[i].count(), &memory[i]));
    ok(napi_set_element(env, list, (unsigned)i, tensor), "element");
  }
  return call.jobs().add(env, list, [network = call.network, memory, fill] { fill(*network, memory); });
}

}  // namespace

napi_value tensors(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 0);
    const std::vector<Tensor>& all = call.network->parameters.tensors();
    napi_value list = newArray(env, all.size());
    for (std::size_t i = 0; i < all.size(); i++)
      ok(napi_set_element(env, list, (unsigned)i, describe(env, all[i])), "element");
    return list;
  });
}

napi_value save(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    return readTensors(env, info, [](Network& network, const std::vector<float*>& memory) { network.save(memory); });
  });
}

napi_value gradients(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    return readTensors(env, info,
                       [](Network& network, const std::vector<float*>& memory) { network.gradients(memory); });
  });
}

/** Everything is checked before anything is changed. */
napi_value load(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    const std::vector<Tensor>& known = call.network->parameters.tensors();
    unsigned length = 0;
    if (napi_get_array_length(env, call.arguments[0], &length) != napi_ok)
      throw BadArgument("tensors: expected a list");
    struct Given {
      std::size_t tensor;
      std::vector<float> data;
      bool transposed;
    };
    auto given = std::make_shared<std::vector<Given>>();
    for (unsigned i = 0; i < length; i++) {
      napi_value element;
      ok(napi_get_element(env, call.arguments[0], i, &element), "element");
      Fields f(env, element, "tensors[" + std::to_string(i) + "]");
      const std::string name = f.string("name");
      const auto found = std::find_if(known.begin(), known.end(), [&](const Tensor& t) { return t.name == name; });
      if (found == known.end()) throw BadArgument("tensor " + name + ": this model has none of that name");
      std::vector<long> shape = f.integers("shape");
      const bool transposed = f.has("transposed") && f.boolean("transposed");
      if (transposed) std::reverse(shape.begin(), shape.end());
      if (shape != found->shape) {
        auto list = [](const std::vector<long>& s) {
          std::string text;
          for (long x : s) text += (text.empty() ? "" : ", ") + std::to_string(x);
          return "[" + text + "]";
        };
        throw BadArgument("tensor " + name + ": expected shape " + list(found->shape) + ", got " + list(shape) +
                          (transposed ? " (after transposing)" : ""));
      }
      const auto data = floats(env, f.get("data"), ("tensor " + name + ": data").c_str());
      if ((long)data.size != found->count())
        throw BadArgument("tensor " + name + ": expected " + std::to_string(found->count()) + " numbers, got " +
                          std::to_string(data.size));
      f.done();
      given->push_back({(std::size_t)(found - known.begin()), data.copy(), transposed});
    }
    return call.jobs().add(env, nullptr, [network = call.network, given] {
      for (const Given& g : *given) network->load(network->parameters.tensors()[g.tensor], g.data.data(), g.transposed);
      network->loaded();
    });
  });
}

}  // namespace w2s
