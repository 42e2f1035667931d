#include "open.h"

#include <dlfcn.h>

#include <algorithm>

#include <stdexcept>

#include "../../failures.h"

namespace w2s {

namespace {

/** @throws what the library's last call threw on its side. */
void expectOk(const W2sCuda& library, int code) {
  if (code == W2S_OK) return;
  const W2sFailure f = library.failure();
  if (code == W2S_BAD_ARGUMENT) throw std::invalid_argument(library.error());
  if (code == W2S_FULL) throw DeviceFull(f.asked, f.free, f.all);
  if (code == W2S_FAULT) throw DeviceFault(library.error(), f.number);
  throw std::runtime_error(library.error());
}

/** A model of the library behind the seam. */
class LibraryNetwork : public Network {
 public:
  LibraryNetwork(const W2sCuda& library, const Spec& spec, const Options& options, const std::string& products)
      : Network(spec), library_(library) {
    const W2sSpec s = plain(spec);
    const W2sOptions o{options.activationBytes, (int)options.precision, options.halfMoments, products.c_str()};
    W2sModel* made = nullptr;
    ok(library.create(&s, &o, &made));
    model_ = {made, library.destroy};
    for (long i = 0; i < library.tensorCount(made); i++) {
      W2sTensor t;
      library.tensor(made, i, &t);
      tensors_.push_back({t.name, std::vector<long>(t.shape, t.shape + t.rank), {(Init::Kind)t.init, t.deviation}});
    }
  }

  void forward(const Batch& b, bool keep, float* logits) override { ok(library_.forward(at(), given(b), keep, logits)); }
  long keptExamples() const override { return library_.keptExamples(at()); }
  double workOf(const Batch& b) const override { return 2 * (double)weightCount() * b.offsets[b.n]; }
  void backward(const float* dLogits) override { ok(library_.backward(at(), dLogits)); }
  double languageGradients(const Batch& b) override {
    double loss = 0;
    ok(library_.languageGradients(at(), given(b), &loss));
    return loss;
  }
  void score(const Batch& b, float* out) override { ok(library_.score(at(), given(b), out)); }
  void features(const Batch& b, long layer, float* out) override {
    ok(library_.features(at(), given(b), layer, out));
  }
  std::vector<std::vector<int>> generate(const Batch& b, long most, int stop) override {
    std::vector<int> tokens((std::size_t)(b.n * most)), lengths((std::size_t)b.n);
    ok(library_.generate(at(), given(b), most, stop, tokens.data(), lengths.data()));
    std::vector<std::vector<int>> made;
    for (long i = 0; i < b.n; i++) {
      const int* from = tokens.data() + i * most;
      made.emplace_back(from, from + lengths[i]);
    }
    return made;
  }
  double step(const AdamW& u) override {
    const W2sUpdate update{u.lr, u.beta1, u.beta2, u.eps, u.weightDecay, u.clipNorm};
    double norm = 0;
    ok(library_.step(at(), &update, &norm));
    return norm;
  }
  long updates() const override { return library_.updates(at()); }
  long tensorCount() const override { return (long)tensors_.size(); }
  const Tensor& tensor(long index) const override { return tensors_[index]; }
  long weightCount() const override { return library_.weightCount(at()); }
  void save(const std::vector<float*>& memory) override { ok(library_.save(at(), memory.data())); }
  void gradients(const std::vector<float*>& memory) override { ok(library_.gradients(at(), memory.data())); }
  void moments(bool second, const std::vector<float*>& memory) override {
    ok(library_.moments(at(), second, memory.data()));
  }
  void load(long index, const float* values, bool transposed) override {
    ok(library_.load(at(), index, values, transposed));
  }
  void loaded() override { ok(library_.loaded(at())); }
  void restore(long updates, const std::vector<const float*>& first, const std::vector<const float*>& second) override {
    ok(library_.restore(at(), updates, first.data(), second.data()));
  }
  Memory memory() const override {
    const W2sMemory m = library_.memory(at());
    return {m.weights, 0, m.gradients, m.moments, m.activations};
  }

 private:
  static W2sSpec plain(const Spec& s) {
    if (s.family != Family::transformer)
      throw std::invalid_argument("kind: expected \"transformer\" on this device, which has kernels for no other");
    return {.vocabulary = s.vocabulary,
            .width = s.width,
            .layers = s.layers,
            .heads = s.heads,
            .kvHeads = s.kvHeads,
            .headSize = s.headSize,
            .inner = s.inner,
            .positions = s.positions,
            .tokenTypes = s.tokenTypes,
            .rotary = s.rotary,
            .classes = s.classes,
            .trainBlocks = s.trainable.blocks,
            .rotaryBase = s.rotaryBase,
            .normEps = s.normEps,
            .norm = (int)s.norm,
            .postNorm = s.postNorm,
            .parallel = s.parallel,
            .causal = s.causal,
            .activation = (int)s.activation,
            .qkvBias = s.qkvBias,
            .outBias = s.outBias,
            .mlpBias = s.mlpBias,
            .pooling = (int)s.pooling,
            .head = (int)s.head,
            .headBias = s.headBias,
            .tied = s.tied,
            .trainAll = s.trainable.all,
            .shortcut = s.shortcut};
  }

  void ok(int code) const { expectOk(library_, code); }
  W2sModel* at() const { return model_.get(); }
  const W2sBatch* given(const Batch& b) {
    batch_ = {b.n, b.tokens, b.offsets, b.from};
    return &batch_;
  }

  const W2sCuda& library_;
  std::unique_ptr<W2sModel, void (*)(W2sModel*)> model_{nullptr, nullptr};
  std::vector<Tensor> tensors_;
  W2sBatch batch_{};
};

}  // namespace

const W2sCuda& openCuda(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) throw std::runtime_error(std::string("the CUDA library cannot be opened: ") + dlerror());
  const auto table = (const W2sCuda* (*)())dlsym(library, "w2s_cuda");
  if (!table) throw std::runtime_error(path + " is not the engine's CUDA library");
  if (table()->version != W2S_CUDA_VERSION)
    throw std::runtime_error(path + " is of another version than this engine: build both anew");
  return *table();
}

std::vector<W2sDevice> cudaDevices(const W2sCuda& library) {
  std::vector<W2sDevice> all(16);
  int count = 0;
  expectOk(library, library.devices(all.data(), (int)all.size(), &count));
  all.resize((std::size_t)std::min(count, (int)all.size()));
  return all;
}

W2sDriver cudaDriver(const W2sCuda& library) {
  W2sDriver driver;
  library.driver(&driver);
  return driver;
}

W2sProducts cudaProducts(const W2sCuda& library, const std::string& products) {
  W2sProducts found;
  library.products(products.c_str(), &found);
  return found;
}

std::unique_ptr<Network> createCudaNetwork(const W2sCuda& library, const Spec& spec, const Options& options,
                                           const std::string& products) {
  check(spec);
  return std::make_unique<LibraryNetwork>(library, spec, options, products);
}

}  // namespace w2s
