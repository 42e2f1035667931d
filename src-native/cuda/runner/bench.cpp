#include "bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "../model/network.h"
#include "golden.h"

namespace w2s::runner {

namespace {

constexpr int WARM = 3, STEPS = 20;

/** Texts of these lengths, tokens in turn. */
struct Tokens {
  std::vector<int> tokens, offsets{0};
  Tokens(const std::vector<int>& lengths, long vocabulary) {
    for (const int length : lengths) {
      for (int i = 0; i < length; i++) tokens.push_back((int)((long)tokens.size() * 7919 % vocabulary));
      offsets.push_back((int)tokens.size());
    }
  }
  Batch batch() const { return {(long)offsets.size() - 1, nullptr, tokens.data(), offsets.data(), nullptr}; }
};

/** Seconds of a training step (forward, backward, update), the median of `steps` after WARM that do not count: in the
 * second one passes are recorded. */
double secondsOfStep(const Spec& spec, Precision precision, bool graphs, const std::vector<int>& lengths, int steps) {
  Options options;
  options.precision = precision;
  options.activationBytes = 1e11;  // what a card holds; more is an error that says so
  cuda::CudaNetwork network(spec, options, {.graphs = graphs});
  initialise(network, 1);
  const Tokens texts(lengths, spec.vocabulary);
  const Batch batch = texts.batch();
  std::vector<float> logits((std::size_t)(batch.n * network.outputs()));
  const std::vector<float> slopes(logits.size(), 1e-3f);
  std::vector<double> seconds;
  for (int i = 0; i < WARM + steps; i++) {
    const auto from = std::chrono::steady_clock::now();
    network.forward(batch, true, logits.data());
    network.backward(slopes.data());
    network.step({1e-5, 0.9, 0.999, 1e-8, 0.01, 1.0});  // waits for all of it
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - from).count());
  }
  std::sort(seconds.begin() + WARM, seconds.end());
  return seconds[(std::size_t)(WARM + steps / 2)];
}

}  // namespace

int runBench(const std::string& file, const std::string& model, const std::string& batch, const std::string& precision,
             const std::string& starts) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string all = text.str();
  const Json json = JsonReader(all).read();
  const std::map<std::string, Precision> precisions{
      {"fp32", Precision::fp32}, {"tf32", Precision::tf32}, {"bf16", Precision::bf16}};
  const auto chosen = precisions.find(precision);
  if (chosen == precisions.end())
    throw std::invalid_argument("precision: expected fp32, tf32 or bf16, got " + precision);
  if (starts != "recorded" && starts != "single")
    throw std::invalid_argument("starts: expected recorded or single, got " + starts);
  const Spec spec = specOf(json["models"][model]);
  const double seconds = secondsOfStep(spec, chosen->second, starts == "recorded", json["batches"][batch].numbers<int>(), STEPS);
  std::printf("{\"seconds\": %.6g}\n", seconds);
  return 0;
}

}  // namespace w2s::runner
