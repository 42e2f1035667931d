// A model that trains on the card, for tests.
#pragma once
#include <cmath>
#include <cstring>
#include <memory>

#include "../cuda/model/network.h"
#include "fixture.h"
#include "numbers.h"

namespace w2s::test {

/** Texts of these lengths, drawn from a seed. */
struct Texts {
  std::vector<int> tokens, offsets{0};
  Texts(const std::vector<int>& lengths, const Spec& spec, std::uint64_t seed = 3) {
    Random random(seed, "texts");
    for (const int length : lengths) {
      for (int i = 0; i < length; i++) tokens.push_back((int)(random.next() % (std::uint64_t)spec.vocabulary));
      offsets.push_back((int)tokens.size());
    }
  }
  Batch batch() const { return {(long)offsets.size() - 1, nullptr, tokens.data(), offsets.data(), nullptr}; }
};

using Tensors = std::vector<std::vector<float>>;

struct Card {
  std::unique_ptr<cuda::CudaNetwork> network;

  explicit Card(const Spec& spec, const Options& options = {}, const cuda::Settings& settings = {})
      : network(std::make_unique<cuda::CudaNetwork>(spec, options, settings)) {
    Random random(5, "weights");
    drawWeights(*network, random);
  }
  /** One training step; returns what it says. */
  std::vector<float> step(const Batch& batch, double lr = UPDATE.lr) {
    std::vector<float> said;
    if (network->spec.head == Head::language) {
      said.push_back((float)network->languageGradients(batch));
    } else {
      said.resize((std::size_t)(batch.n * network->outputs()));
      network->forward(batch, true, said.data());
      std::vector<float> slopes;
      for (const float x : said) slopes.push_back(std::sin(x));
      network->backward(slopes.data());
    }
    AdamW update = UPDATE;
    update.lr = lr;
    said.push_back((float)network->step(update));
    return said;
  }
  /** Every tensor, or a moment of it. */
  Tensors tensors(int moment = 0) const {
    Tensors values;
    std::vector<float*> memory;
    for (long i = 0; i < network->tensorCount(); i++) values.emplace_back((std::size_t)network->tensor(i).count());
    for (auto& v : values) memory.push_back(v.data());
    if (moment)
      network->moments(moment == 2, memory);
    else
      network->save(memory);
    return values;
  }
  std::vector<float> weights() const {
    std::vector<float> all;
    for (const auto& v : tensors()) all.insert(all.end(), v.begin(), v.end());
    return all;
  }
  /** Goes on as the other does. */
  void take(const Card& other) {
    const Tensors weights = other.tensors(), first = other.tensors(1), second = other.tensors(2);
    std::vector<const float*> firsts, seconds;
    for (std::size_t i = 0; i < weights.size(); i++) {
      network->load((long)i, weights[i].data(), false);
      firsts.push_back(first[i].data()), seconds.push_back(second[i].data());
    }
    network->loaded();
    network->restore(other.network->updates(), firsts, seconds);
  }
};

inline bool same(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && !std::memcmp(a.data(), b.data(), a.size() * sizeof(float));
}

/** What the card computes, of specs(); and one that speaks. */
inline std::vector<std::pair<std::string, Spec>> transformers() {
  std::vector<std::pair<std::string, Spec>> all;
  for (auto& each : specs())
    if (each.second.family == Family::transformer) all.push_back(each);
  Spec language = transformer();
  language.head = Head::language, language.tied = true;
  all.emplace_back("language", language);
  return all;
}

}  // namespace w2s::test
