// The Node-API face of the engine: see model.ts for the same in TypeScript.
#include <algorithm>
#include <cstring>

#include "../cpu/model/network.h"
#include "../cuda/open/open.h"
#include "../nvml/nvml.h"
#include "aside.h"
#include "call.h"
#include "cards.h"
#include "spec.h"
#include "tensors.h"

namespace w2s {

namespace {

/** Floating-point operations of a call that is run where it is made: 5 ms of two cores with AVX-512, 40 of SSE2. */
constexpr double SMALL = 1e9;
/** What an update comes to for each weight, in the time it takes. */
constexpr double UPDATE_WORK = 100;

/** A batch with its own copy of the numbers: JavaScript may change them while the job waits. */
struct OwnBatch {
  std::vector<float> dense;
  std::vector<int> tokens, offsets, from;
  Batch batch;
};

std::shared_ptr<OwnBatch> readBatch(napi_env env, napi_value value, const Spec& spec, bool withFrom = false) {
  Fields f(env, value, "batch");
  auto own = std::make_shared<OwnBatch>();
  Batch& b = own->batch;
  b.n = f.integer("n", 0);
  if (spec.family == Family::mlp) {
    own->dense = floats(env, f.get("dense"), "batch.dense").copy();
    if ((long)own->dense.size() != b.n * spec.input)
      throw BadArgument("batch.dense: expected " + std::to_string(b.n * spec.input) + " numbers, got " +
                        std::to_string(own->dense.size()));
    b.dense = own->dense.data();
    f.done();
    return own;
  }
  own->tokens = ints(env, f.get("tokens"), "batch.tokens").copy();
  own->offsets = ints(env, f.get("offsets"), "batch.offsets").copy();
  if ((long)own->offsets.size() != b.n + 1 || own->offsets[0] != 0 || own->offsets[b.n] != (int)own->tokens.size() ||
      !std::is_sorted(own->offsets.begin(), own->offsets.end()))
    throw BadArgument("batch.offsets: expected n + 1 numbers that rise from 0 to " +
                      std::to_string(own->tokens.size()));
  b.tokens = own->tokens.data();
  b.offsets = own->offsets.data();
  if (withFrom && f.has("from")) {
    own->from = ints(env, f.get("from"), "batch.from").copy();
    if ((long)own->from.size() != b.n) throw BadArgument("batch.from: expected n numbers");
    b.from = own->from.data();
  }
  f.done();
  return own;
}

// --- calls -----------------------------------------------------------------------------------------------------------

std::shared_ptr<Network> createNetwork(Jobs& jobs, const Spec& spec, const ModelOptions& options) {
  if (!options.cuda.empty()) return createCudaNetwork(openCuda(options.cuda), spec, options.network, options.products);
  const Kernels* kernels = chooseKernels(options.isa.c_str());
  if (!kernels) throw BadArgument("options.isa: expected one that this processor has, got \"" + options.isa + "\"");
  const int threads = std::clamp(options.threads ? options.threads : availableThreads(), 1, 256);
  return createCpuNetwork(spec, options.network, jobs.pool(threads), *kernels);
}

napi_value construct(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    std::size_t count = 2;
    napi_value arguments[2], self;
    ok(napi_get_cb_info(env, info, &count, arguments, &self, nullptr), "arguments");
    Spec spec = readSpec(env, arguments[0]);
    const ModelOptions options = readOptions(env, arguments[1], spec);
    auto model = std::make_unique<Model>();
    model->network = createNetwork(addonOf(env).jobs, spec, options);
    auto finalize = [](napi_env env, void* data, void*) {
      const std::unique_ptr<Model> model((Model*)data);
      model->network = nullptr;
      model->tell(env);
    };
    ok(napi_wrap(env, self, model.get(), finalize, nullptr, nullptr), "wrap");
    model.release()->tell(env);
    return self;
  });
}

napi_value dispose(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    napi_value self;
    Model* model = nullptr;
    ok(napi_get_cb_info(env, info, nullptr, nullptr, &self, nullptr), "arguments");
    if (napi_unwrap(env, self, (void**)&model) == napi_ok && model) {
      model->network = nullptr;
      model->tell(env);
    }
    return undefined(env);
  });
}

napi_value initialised(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    double seed = 0;
    if (napi_get_value_double(env, call.arguments[0], &seed) != napi_ok || !(seed >= 0 && seed < 0x1p64))
      throw BadArgument("seed: expected a number from 0 to 2^64, got " + shown(env, call.arguments[0]));
    return call.jobs().add(env, nullptr, [network = call.network, seed] { initialise(*network, (std::uint64_t)seed); });
  });
}

napi_value forward(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 2);
    auto own = readBatch(env, call.arguments[0], call.network->spec);
    bool keep = false;
    if (typeOf(env, call.arguments[1]) != napi_undefined)
      ok(napi_get_value_bool(env, call.arguments[1], &keep), "keep");
    float* logits = nullptr;
    napi_value out = newFloats(env, (std::size_t)(own->batch.n * call.network->outputs()), &logits);
    const double work = call.network->workOf(own->batch);
    call.model->backwardWork = 2 * work;
    return call.jobs().add(
        env, out, [network = call.network, own, keep, logits] { network->forward(own->batch, keep, logits); }, {},
        work < SMALL);
  });
}

napi_value backward(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    auto dLogits = std::make_shared<std::vector<float>>(floats(env, call.arguments[0], "dLogits").copy());
    auto work = [network = call.network, dLogits] {
      if ((long)dLogits->size() != network->keptExamples() * network->outputs())
        throw BadArgument("dLogits: expected " + std::to_string(network->keptExamples() * network->outputs()) +
                          " numbers, got " + std::to_string(dLogits->size()));
      network->backward(dLogits->data());
    };
    return call.jobs().add(env, nullptr, work, {}, call.model->backwardWork < SMALL);
  });
}

napi_value step(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    Fields f(env, call.arguments[0], "update");
    AdamW update{f.number("lr"),  f.number("beta1"),       f.number("beta2"),
                 f.number("eps"), f.number("weightDecay"), f.number("clipNorm")};
    f.done();
    auto norm = std::make_shared<double>(0);
    return call.jobs().add(
        env, nullptr, [network = call.network, update, norm] { *norm = network->step(update); },
        [norm](napi_env env) { return newNumber(env, *norm); },
        UPDATE_WORK * (double)call.network->weightCount() < SMALL);
  });
}

napi_value languageGradients(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    auto own = readBatch(env, call.arguments[0], call.network->spec, true);
    auto loss = std::make_shared<double>(0);
    return call.jobs().add(
        env, nullptr, [network = call.network, own, loss] { *loss = network->languageGradients(own->batch); },
        [loss](napi_env env) { return newNumber(env, *loss); });
  });
}

napi_value score(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 1);
    auto own = readBatch(env, call.arguments[0], call.network->spec, true);
    float* scores = nullptr;
    napi_value out = newFloats(env, (std::size_t)own->batch.n, &scores);
    return call.jobs().add(env, out, [network = call.network, own, scores] { network->score(own->batch, scores); });
  });
}

napi_value features(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 2);
    auto own = readBatch(env, call.arguments[0], call.network->spec);
    double layer = 0;
    if (napi_get_value_double(env, call.arguments[1], &layer) != napi_ok)
      throw BadArgument("layer: expected a number, got " + shown(env, call.arguments[1]));
    float* values = nullptr;
    napi_value out = newFloats(env, (std::size_t)(own->batch.n * call.network->spec.width), &values);
    return call.jobs().add(
        env, out, [network = call.network, own, layer, values] { network->features(own->batch, (long)layer, values); });
  });
}

napi_value generate(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 2);
    auto own = readBatch(env, call.arguments[0], call.network->spec);
    Fields f(env, call.arguments[1], "options");
    const long most = f.integer("most", 1);
    const int stop = f.has("stop") ? (int)f.integer("stop", 0) : -1;
    f.done();
    auto made = std::make_shared<std::vector<std::vector<int>>>();
    return call.jobs().add(
        env, nullptr,
        [network = call.network, own, most, stop, made] { *made = network->generate(own->batch, most, stop); },
        [made](napi_env env) {
          napi_value list = newArray(env, made->size());
          for (std::size_t i = 0; i < made->size(); i++)
            ok(napi_set_element(env, list, (unsigned)i, newInts(env, (*made)[i])), "element");
          return list;
        });
  });
}

napi_value memory(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 0);
    auto m = std::make_shared<Memory>();
    return call.jobs().add(
        env, nullptr, [network = call.network, m] { *m = network->memory(); },
        [m](napi_env env) {
          napi_value object = newObject(env);
          set(env, object, "weights", newNumber(env, m->weights));
          set(env, object, "mirrors", newNumber(env, m->mirrors));
          set(env, object, "gradients", newNumber(env, m->gradients));
          set(env, object, "moments", newNumber(env, m->moments));
          set(env, object, "activations", newNumber(env, m->activations));
          return object;
        });
  });
}

napi_value updates(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    Call call(env, info, 0);
    auto count = std::make_shared<long>(0);
    return call.jobs().add(
        env, nullptr, [network = call.network, count] { *count = network->updates(); },
        [count](napi_env env) { return newNumber(env, (double)*count); });
  });
}

napi_value measured(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    std::size_t count = 1;
    napi_value isa;
    ok(napi_get_cb_info(env, info, &count, &isa, nullptr, nullptr), "arguments");
    const Kernels* kernels = typeOf(env, isa) == napi_string ? chooseKernels(text(env, isa).c_str()) : nullptr;
    if (!kernels) throw BadArgument("isa: expected one that this processor has, got " + shown(env, isa));
    const FlushedDenormals flushed;
    return newNumber(env, measure(*kernels));
  });
}

/** The call's argument of this number, a path. */
std::string pathOf(napi_env env, napi_callback_info info, std::size_t which, const char* name) {
  napi_value arguments[2];
  std::size_t count = std::size(arguments);
  ok(napi_get_cb_info(env, info, &count, arguments, nullptr, nullptr), "arguments");
  if (typeOf(env, arguments[which]) != napi_string)
    throw BadArgument(std::string(name) + ": expected a path, got " + shown(env, arguments[which]));
  return text(env, arguments[which]);
}

/** The library for NVIDIA cards whose path is the call's first argument. */
const W2sCuda& libraryOf(napi_env env, napi_callback_info info) { return openCuda(pathOf(env, info, 0, "library")); }

napi_value foundDriver(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const W2sDriver driver = cudaDriver(libraryOf(env, info));
    napi_value object = newObject(env);
    set(env, object, "version", newText(env, driver.version));
    set(env, object, "cuda", newNumber(env, driver.cuda));
    set(env, object, "runtime", newNumber(env, driver.runtime));
    return object;
  });
}

napi_value foundProducts(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const W2sProducts products = cudaProducts(libraryOf(env, info), pathOf(env, info, 1, "products"));
    napi_value object = newObject(env);
    set(env, object, "file", newText(env, products.file));
    set(env, object, "version", newNumber(env, products.version));
    set(env, object, "choices", newText(env, products.choices));
    set(env, object, "why", newText(env, products.why));
    return object;
  });
}

napi_value listedDevices(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    const std::vector<W2sDevice> devices = cudaDevices(libraryOf(env, info));
    napi_value list = newArray(env, devices.size());
    for (std::size_t i = 0; i < devices.size(); i++) {
      const W2sDevice& d = devices[i];
      napi_value object = newObject(env);
      set(env, object, "name", newText(env, d.name));
      set(env, object, "uuid", newText(env, d.uuid));
      set(env, object, "compute", newText(env, std::to_string(d.major) + "." + std::to_string(d.minor)));
      set(env, object, "memory", newNumber(env, d.memory));
      set(env, object, "free", newNumber(env, d.free));
      set(env, object, "multiprocessors", newNumber(env, d.multiprocessors));
      set(env, object, "megahertz", newNumber(env, d.megahertz));
      ok(napi_set_element(env, list, (unsigned)i, object), "element");
    }
    return list;
  });
}

napi_value askedNvml(napi_env env, napi_callback_info info) {
  return guard(env, [&] {
    auto answer = std::make_shared<nvml::Answer>();
    return aside(
        env, [path = pathOf(env, info, 0, "library"), answer] { *answer = nvml::ask(path); },
        [answer](napi_env env) { return newAnswer(env, *answer); });
  });
}

napi_value start(napi_env env, napi_value exports) {
  return guard(env, [&] {
    auto finalize = [](napi_env, void* data, void*) { delete (Addon*)data; };
    ok(napi_set_instance_data(env, new Addon(env), finalize, nullptr), "instance data");
    auto method = [](const char* name, napi_callback f) {
      return napi_property_descriptor{name, nullptr, f, nullptr, nullptr, nullptr, napi_default_method, nullptr};
    };
    const napi_property_descriptor methods[] = {
        method("initialise", initialised), method("forward", forward),
        method("backward", backward),     method("step", step),
        method("score", score),           method("languageGradients", languageGradients),
        method("features", features),     method("generate", generate),
        method("tensors", tensors),       method("save", save),
        method("gradients", gradients),   method("load", load),
        method("firstMoments", firstMoments), method("secondMoments", secondMoments),
        method("restore", restore),       method("updates", updates),
        method("memory", memory),         method("dispose", dispose),
    };
    napi_value model;
    ok(napi_define_class(env, "Model", NAPI_AUTO_LENGTH, construct, nullptr, std::size(methods), methods, &model),
       "class");
    set(env, exports, "Model", model);
    napi_value list = newArray(env, 0);
    unsigned count = 0;
    for (const char* isa : isas()) ok(napi_set_element(env, list, count++, newText(env, isa)), "element");
    set(env, exports, "isas", list);
    const auto offer = [&](const char* name, napi_callback f) {
      napi_value function;
      ok(napi_create_function(env, name, NAPI_AUTO_LENGTH, f, nullptr, &function), "function");
      set(env, exports, name, function);
    };
    offer("measure", measured);
    offer("cudaDriver", foundDriver);
    offer("cudaDevices", listedDevices);
    offer("cudaProducts", foundProducts);
    offer("nvml", askedNvml);
    set(env, exports, "processor", newText(env, processor()));
    napi_value bf16;
    ok(napi_get_boolean(env, chooseBf16() != nullptr, &bf16), "bf16");
    set(env, exports, "bf16", bf16);
    set(env, exports, "threads", newNumber(env, availableThreads()));
    return exports;
  });
}

}  // namespace

}  // namespace w2s

NAPI_MODULE_INIT() { return w2s::start(env, exports); }
