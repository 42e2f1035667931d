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
  const long count = call.network->tensorCount();
  napi_value list = newArray(env, (std::size_t)count);
  std::vector<float*> memory((std::size_t)count);
  for (long i = 0; i < count; i++) {
    const Tensor& t = call.network->tensor(i);
    napi_value tensor = describe(env, t);
    set(env, tensor, "data", newFloats(env, (std::size_t)t.count(), &memory[i]));
    ok(napi_set_element(env, list, (unsigned)i, tensor), "element");
  }
  return call.jobs().add(env, list, [network = call.network, memory, fill] { fill(*network, memory); });
}

struct Given {
  long tensor;
  std::vector<float> data;
  bool transposed;
};

std::string shapeText(const std::vector<long>& shape) {
  std::string text;
  for (long x : shape) text += (text.empty() ? "" : ", ") + std::to_string(x);
  return "[" + text + "]";
}

Given readGiven(napi_env env, napi_value value, const std::string& path, const Network& known) {
  Fields f(env, value, path);
  const std::string name = f.string("name");
  long found = 0;
  while (found < known.tensorCount() && known.tensor(found).name != name) found++;
  if (found == known.tensorCount()) throw BadArgument("tensor " + name + ": this model has none of that name");
  const Tensor& tensor = known.tensor(found);
  std::vector<long> shape = f.integers("shape");
  const bool transposed = f.has("transposed") && f.boolean("transposed");
  if (transposed) std::reverse(shape.begin(), shape.end());
  if (shape != tensor.shape)
    throw BadArgument("tensor " + name + ": expected shape " + shapeText(tensor.shape) + ", got " + shapeText(shape) +
                      (transposed ? " (after transposing)" : ""));
  const auto data = floats(env, f.get("data"), ("tensor " + name + ": data").c_str());
  if ((long)data.size != tensor.count())
    throw BadArgument("tensor " + name + ": expected " + std::to_string(tensor.count()) + " numbers, got " +
                      std::to_string(data.size));
  f.done();
  return {found, data.copy(), transposed};
}

/** Named tensors as a call gave them; everything is checked before anything is changed. */
std::vector<Given> readList(napi_env env, napi_value list, const char* what, const Network& known) {
  unsigned length = 0;
  if (napi_get_array_length(env, list, &length) != napi_ok) throw BadArgument(std::string(what) + ": expected a list");
  std::vector<Given> given;
  for (unsigned i = 0; i < length; i++) {
    napi_value element;
    ok(napi_get_element(env, list, i, &element), "element");
    given.push_back(readGiven(env, element, std::string(what) + "[" + std::to_string(i) + "]", known));
  }
  return given;
}

/** The same by the order of the tensors; of those that are not given, zeros. */
std::vector<std::vector<float>> readMoments(napi_env env, napi_value list, const char* what,
                                            const Network& known) {
  std::vector<std::vector<float>> all;
  for (long i = 0; i < known.tensorCount(); i++) all.emplace_back((std::size_t)known.tensor(i).count());
  for (Given& g : readList(env, list, what, known)) {
    if (g.transposed) throw BadArgument(std::string(what) + ": expected no transposed tensors");
    all[(std::size_t)g.tensor] = std::move(g.data);
  }
  return all;
}

}  // namespace

napi_value tensors(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 0);
    const long count = call.network->tensorCount();
    napi_value list = newArray(env, (std::size_t)count);
    for (long i = 0; i < count; i++)
      ok(napi_set_element(env, list, (unsigned)i, describe(env, call.network->tensor(i))), "element");
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

napi_value firstMoments(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    return readTensors(env, info,
                       [](Network& network, const std::vector<float*>& memory) { network.moments(false, memory); });
  });
}

napi_value secondMoments(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    return readTensors(env, info,
                       [](Network& network, const std::vector<float*>& memory) { network.moments(true, memory); });
  });
}

napi_value load(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    auto given = std::make_shared<std::vector<Given>>(
        readList(env, call.arguments[0], "tensors", *call.network));
    return call.jobs().add(env, nullptr, [network = call.network, given] {
      for (const Given& g : *given) network->load(g.tensor, g.data.data(), g.transposed);
      network->loaded();
    });
  });
}

napi_value restore(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    Fields f(env, call.arguments[0], "optimiser");
    const long updates = f.integer("updates", 0);
    const Network& known = *call.network;
    using All = std::vector<std::vector<float>>;
    auto first = std::make_shared<All>(readMoments(env, f.get("first"), "optimiser.first", known));
    auto second = std::make_shared<All>(readMoments(env, f.get("second"), "optimiser.second", known));
    f.done();
    return call.jobs().add(env, nullptr, [network = call.network, updates, first, second] {
      auto places = [](const All& all) {
        std::vector<const float*> at;
        for (const std::vector<float>& values : all) at.push_back(values.data());
        return at;
      };
      network->restore(updates, places(*first), places(*second));
    });
  });
}

}  // namespace w2s
