// Small models of every kind, and what a test does with one.
#pragma once
#include "../cpu/model/network.h"
#include "../random.h"
#include "check.h"

namespace w2s::test {

/** Both kinds of products where the processor has them. */
inline std::vector<bool> precisions() { return chooseBf16() ? std::vector{false, true} : std::vector{false}; }

inline Spec transformer() {
  Spec s;
  s.family = Family::transformer;
  s.vocabulary = 23, s.width = 20, s.layers = 2, s.heads = s.kvHeads = 2, s.headSize = 10, s.inner = 27;
  s.positions = 40, s.classes = 3;
  return s;
}

/** One of each kind of part: what golden files do not combine is at least held to finite differences here. */
inline std::vector<std::pair<std::string, Spec>> specs() {
  std::vector<std::pair<std::string, Spec>> all;
  auto add = [&](const char* name, Spec s) { all.emplace_back(name, s); };
  add("gpt2", transformer());
  Spec three = transformer();  // heads, of which two share a panel and the third has half of one
  three.heads = three.kvHeads = 3;
  add("gpt2, three heads", three);
  Spec neox = transformer();
  neox.positions = 0, neox.rotary = 4, neox.parallel = true, neox.activation = Activation::geluErf;
  add("neox", neox);
  Spec llama = transformer();
  llama.positions = 0, llama.heads = 3, llama.kvHeads = 1, llama.headSize = 40, llama.rotary = 40;
  llama.norm = Norm::rms, llama.activation = Activation::swiglu, llama.qkvBias = llama.outBias = llama.mlpBias = false;
  add("llama", llama);
  Spec bert = transformer();
  bert.causal = false, bert.postNorm = true, bert.tokenTypes = 2, bert.pooling = Pooling::mean;
  bert.activation = Activation::geluErf;
  add("bert, mean", bert);
  bert.pooling = Pooling::first;
  add("bert, first", bert);
  Spec first = transformer();
  first.pooling = Pooling::first;
  add("causal, first", first);
  Spec mean = llama;
  mean.pooling = Pooling::mean;
  add("llama, mean", mean);
  Spec bag;
  bag.family = Family::bag;
  bag.vocabulary = 23, bag.width = 9, bag.hidden = {12, 35}, bag.classes = 3;
  add("bag", bag);
  return all;
}

/** Larger weights than the initial ones, and no zeros, so that every part matters. */
inline void drawWeights(Network& network, Random& random) {
  for (long i = 0; i < network.tensorCount(); i++) {
    const Tensor& t = network.tensor(i);
    std::vector<float> values((std::size_t)t.count());
    for (float& x : values) x = (float)(0.4 * random.normal() + (t.init.kind == Init::ones));
    network.load(i, values.data(), false);
  }
  network.loaded();
}

struct Fixture {
  Pool pool;
  std::unique_ptr<CpuNetwork> network;
  std::vector<int> tokens, offsets{0}, from;
  Batch batch;
  std::vector<float> dLogits;

  Fixture(const Spec& spec, int threads = 2, const CpuOptions& options = {}, std::vector<int> lengths = {5, 1, 0, 34, 9})
      : pool(threads), network(createCpuNetwork(spec, allThreads(options), pool, *chooseKernels(nullptr))) {
    initialise(*network, 7);
    Random random(9, "fixture");
    drawWeights(*network, random);
    draw(lengths, random);
    for (long i = 0; i < batch.n * network->outputs(); i++) dLogits.push_back((float)random.normal());
  }

  /** The models here are too small for more than one, else. */
  static CpuOptions allThreads(CpuOptions options) {
    if (options.threadWork == CpuOptions{}.threadWork) options.threadWork = 0;
    return options;
  }

  void draw(const std::vector<int>& lengths, Random& random) {
    tokens.clear(), offsets = {0};
    for (int n : lengths) {
      for (int i = 0; i < n; i++) tokens.push_back((int)(random.next() % (std::uint64_t)network->spec.vocabulary));
      offsets.push_back((int)tokens.size());
    }
    batch = {(long)lengths.size(), nullptr, tokens.data(), offsets.data(), nullptr};
  }

  std::vector<float> forward(bool keep) {
    std::vector<float> logits((std::size_t)(batch.n * network->outputs()));
    network->forward(batch, keep, logits.data());
    return logits;
  }

  /** A loss that is linear in the logits: dLogits is then its exact gradient. */
  double loss() {
    const std::vector<float> logits = forward(false);
    double total = 0;
    for (std::size_t i = 0; i < logits.size(); i++) total += (double)logits[i] * dLogits[i];
    return total;
  }

  void gradients() {
    forward(true);
    network->backward(dLogits.data());
  }

  std::vector<std::vector<float>> read(bool gradients) {
    std::vector<std::vector<float>> values;
    std::vector<float*> memory;
    for (long i = 0; i < network->tensorCount(); i++) values.emplace_back((std::size_t)network->tensor(i).count());
    for (auto& v : values) memory.push_back(v.data());
    gradients ? network->gradients(memory) : network->save(memory);
    return values;
  }
};

constexpr AdamW UPDATE{0.01, 0.9, 0.99, 1e-8, 0.1, 1.0};

}  // namespace w2s::test
