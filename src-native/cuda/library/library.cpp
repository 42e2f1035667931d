// Calls of the library, each passed on to a CudaNetwork, with exceptions turned into numbers and sentences.
#include "library.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "../../failures.h"
#include "../device/devices.h"
#include "../model/network.h"

using w2s::cuda::CudaNetwork;
using w2s::cuda::Rival;

struct W2sModel {
  CudaNetwork network;
  long tensors() const { return network.tensorCount(); }
};

namespace {

thread_local std::string message;
thread_local W2sFailure failure;

template <typename F>
int guard(F body) {
  try {
    body();
    return W2S_OK;
  } catch (const std::invalid_argument& e) {
    message = e.what();
    return W2S_BAD_ARGUMENT;
  } catch (const w2s::DeviceFull& e) {
    message = e.what();
    failure = {0, e.asked, e.free, e.all};
    return W2S_FULL;
  } catch (const w2s::DeviceFault& e) {
    message = e.what();
    failure = {e.number, 0, 0, 0};
    return W2S_FAULT;
  } catch (const std::exception& e) {
    message = e.what();
    return W2S_FAILED;
  }
}

w2s::Spec specOf(const W2sSpec& p) {
  w2s::Spec s;
  s.family = w2s::Family::transformer;
  s.vocabulary = p.vocabulary, s.width = p.width, s.layers = p.layers, s.heads = p.heads, s.kvHeads = p.kvHeads;
  s.headSize = p.headSize, s.inner = p.inner, s.positions = p.positions, s.tokenTypes = p.tokenTypes;
  s.rotary = p.rotary, s.rotaryBase = p.rotaryBase;
  s.norm = (w2s::Norm)p.norm, s.normEps = (float)p.normEps;
  s.postNorm = p.postNorm, s.parallel = p.parallel, s.causal = p.causal;
  s.activation = (w2s::Activation)p.activation;
  s.qkvBias = p.qkvBias, s.outBias = p.outBias, s.mlpBias = p.mlpBias;
  s.pooling = (w2s::Pooling)p.pooling, s.head = (w2s::Head)p.head;
  s.classes = p.classes, s.headBias = p.headBias, s.tied = p.tied;
  s.trainable = {(bool)p.trainAll, p.trainBlocks}, s.shortcut = p.shortcut;
  return s;
}

w2s::Batch batchOf(const W2sBatch* b) { return {b->n, nullptr, b->tokens, b->offsets, b->from}; }

template <typename T>
std::vector<T> listOf(T const* from, long n) {
  return std::vector<T>(from, from + n);
}

/** cuBLASLt with the choices of a file, or why own kernels make all products. */
struct Ready {
  std::optional<Rival> rival;
  std::string why;
};

Ready ready(const char* file) {
  const w2s::cuda::lt::Found& found = w2s::cuda::lt::found();
  if (!found.library) return {std::nullopt, found.why};
  if (!*file) return {std::nullopt, "no file was given that keeps what is measured"};
  w2s::cuda::lt::Choices& choices = w2s::cuda::lt::choicesIn(file, found.library->version);
  if (const std::string why = choices.why(); !why.empty()) return {std::nullopt, why};
  return {Rival{*found.library, choices}, ""};
}

template <std::size_t N>
void copyText(const std::string& from, char (&to)[N]) {
  std::strncpy(to, from.c_str(), N - 1);
}

void products(const char* file, W2sProducts* out) {
  *out = {};
  try {
    const Ready now = ready(file);
    copyText(now.why, out->why);
    if (now.rival) copyText(now.rival->choices.name(), out->choices);
    const auto& found = w2s::cuda::lt::found().library;
    if (!found) return;
    copyText(found->file, out->file);
    out->version = (int)found->version;
  } catch (const std::exception& e) {
    copyText(e.what(), out->why);
  }
}

int create(const W2sSpec* spec, const W2sOptions* options, W2sModel** model) {
  return guard([&] {
    w2s::cuda::deviceCount();  // says why there is none
    const char* graphs = std::getenv("W2S_CUDA_GRAPHS");
    const Ready made = ready(options->products);
    const w2s::cuda::Settings settings{.graphs = !graphs || std::strcmp(graphs, "0") != 0,
                                       .rival = made.rival ? &*made.rival : nullptr};
    const auto precision = (w2s::Precision)options->precision;
    const w2s::Options own{options->activationBytes, precision, options->halfMoments != 0};
    *model = new W2sModel{{specOf(*spec), own, settings}};
  });
}

int generate(W2sModel* m, const W2sBatch* batch, long most, int stop, int* tokens, int* lengths) {
  return guard([&] {
    const auto made = m->network.generate(batchOf(batch), most, stop);
    for (std::size_t i = 0; i < made.size(); i++) {
      lengths[i] = (int)made[i].size();
      std::copy(made[i].begin(), made[i].end(), tokens + (long)i * most);
    }
  });
}

int devices(W2sDevice* all, int most, int* count) {
  return guard([&] {
    const std::vector<w2s::cuda::Device> found = w2s::cuda::devices();
    *count = (int)found.size();
    for (int i = 0; i < std::min(most, *count); i++) {
      W2sDevice& d = all[i] = {{}, {}, found[i].major, found[i].minor, found[i].memory, found[i].free,
                             found[i].multiprocessors, found[i].megahertz};
      copyText(found[i].name, d.name);
      copyText(found[i].uuid, d.uuid);
    }
  });
}

void driver(W2sDriver* out) {
  const w2s::cuda::Driver d = w2s::cuda::driver();
  *out = {{}, d.cuda, d.runtime};
  copyText(d.version, out->version);
}

void tensor(const W2sModel* m, long index, W2sTensor* out) {
  const w2s::Tensor& t = m->network.tensor(index);
  *out = {t.name.c_str(), (long)t.shape.size(), {t.shape[0], t.shape.back()}, (int)t.init.kind, t.init.deviation};
}

int restore(W2sModel* m, long updates, const float* const* first, const float* const* second) {
  return guard([&] { m->network.restore(updates, listOf(first, m->tensors()), listOf(second, m->tensors())); });
}

W2sMemory memory(const W2sModel* m) {
  const w2s::Memory all = m->network.memory();
  return {all.weights, all.gradients, all.moments, all.activations};
}

const W2sCuda TABLE = {
    .version = W2S_CUDA_VERSION,
    .error = [] { return message.c_str(); },
    .failure = [] { return failure; },
    .driver = driver,
    .devices = devices,
    .products = products,
    .create = create,
    .destroy = [](W2sModel* m) { delete m; },
    .forward = [](W2sModel* m, const W2sBatch* b, int keep,
                  float* logits) { return guard([&] { m->network.forward(batchOf(b), keep, logits); }); },
    .backward = [](W2sModel* m, const float* d) { return guard([&] { m->network.backward(d); }); },
    .languageGradients = [](W2sModel* m, const W2sBatch* b,
                            double* loss) { return guard([&] { *loss = m->network.languageGradients(batchOf(b)); }); },
    .score = [](W2sModel* m, const W2sBatch* b, float* out) { return guard([&] { m->network.score(batchOf(b), out); }); },
    .features = [](W2sModel* m, const W2sBatch* b, long layer,
                   float* out) { return guard([&] { m->network.features(batchOf(b), layer, out); }); },
    .generate = generate,
    .step = [](W2sModel* m, const W2sUpdate* u, double* norm) {
      return guard([&] {
        *norm = m->network.step({u->lr, u->beta1, u->beta2, u->eps, u->weightDecay, u->clipNorm});
      });
    },
    .updates = [](const W2sModel* m) { return m->network.updates(); },
    .weightCount = [](const W2sModel* m) { return m->network.weightCount(); },
    .keptExamples = [](const W2sModel* m) { return m->network.keptExamples(); },
    .tensorCount = [](const W2sModel* m) { return m->tensors(); },
    .tensor = tensor,
    .save = [](W2sModel* m, float* const* to) { return guard([&] { m->network.save(listOf(to, m->tensors())); }); },
    .gradients = [](W2sModel* m,
                    float* const* to) { return guard([&] { m->network.gradients(listOf(to, m->tensors())); }); },
    .moments = [](W2sModel* m, int second,
                  float* const* to) { return guard([&] { m->network.moments(second, listOf(to, m->tensors())); }); },
    .load = [](W2sModel* m, long index, const float* values,
               int turned) { return guard([&] { m->network.load(index, values, turned); }); },
    .loaded = [](W2sModel* m) { return guard([&] { m->network.loaded(); }); },
    .restore = restore,
    .memory = memory,
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const W2sCuda* w2s_cuda(void) { return &TABLE; }
