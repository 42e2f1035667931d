#include "cases.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../device/devices.h"
#include "../model/network.h"
#include "golden.h"
#include "rivals.h"

namespace w2s::runner {

namespace {

int failures = 0;

void expectUnder(const std::string& what, double off, double tolerance) {
  const bool holds = off < tolerance;
  if (!holds) failures++;
  std::printf("  %-4s %-44s off by %.1e, allowed %.0e\n", holds ? "ok" : "FAIL", what.c_str(), off, tolerance);
}

/** A batch with its numbers. */
struct Texts {
  std::vector<int> tokens, offsets{0};
  explicit Texts(const Json& examples) {
    for (const Json& example : examples.items) {
      for (const int token : example.numbers<int>()) tokens.push_back(token);
      offsets.push_back((int)tokens.size());
    }
  }
  Batch batch() const { return {(long)offsets.size() - 1, nullptr, tokens.data(), offsets.data(), nullptr}; }
};

using Values = std::vector<std::vector<float>>;

template <typename F>
Values valuesOf(const Network& network, F read) {
  Values values;
  std::vector<float*> memory;
  for (long i = 0; i < network.tensorCount(); i++) values.emplace_back((std::size_t)network.tensor(i).count());
  for (auto& v : values) memory.push_back(v.data());
  read(memory);
  return values;
}

/** The tensor that is furthest off; the bias of keys has no true gradient where keys are not turned. */
double worst(const Network& network, const Values& got, const Json& stored) {
  double most = 0;
  for (long i = 0; i < network.tensorCount(); i++)
    if (!network.tensor(i).name.ends_with("k.bias"))
      most = std::max(most, deviation(got[i], stored[network.tensor(i).name]));
  return most;
}

/** Of softmax cross-entropy against 0, 1, 2, ... in turn, or half the mean square for a scalar. */
std::vector<float> dLogitsOf(const std::vector<float>& logits, long n) {
  const long classes = (long)logits.size() / n;
  std::vector<float> out;
  for (long i = 0; i < n; i++) {
    const float* row = logits.data() + i * classes;
    if (classes == 1) {
      out.push_back((row[0] - (float)i) / (float)n);
      continue;
    }
    double total = 0;
    for (long c = 0; c < classes; c++) total += std::exp((double)row[c]);
    for (long c = 0; c < classes; c++)
      out.push_back((float)((std::exp((double)row[c]) / total - (c == i % classes)) / (double)n));
  }
  return out;
}

/** Forward and backward of a batch; returns the logits where the head is one of classes. */
std::vector<float> backward(Network& network, const Batch& batch) {
  if (network.spec.head == Head::language) {
    network.languageGradients(batch);
    return {};
  }
  std::vector<float> logits((std::size_t)(batch.n * network.outputs()));
  network.forward(batch, true, logits.data());
  network.backward(dLogitsOf(logits, batch.n).data());
  return logits;
}

/** Largest deviations that are allowed; as in test/golden. */
struct Allowed {
  const char* name;
  Precision precision;
  double logits, gradients, norms, weights;
};
constexpr Allowed PRECISIONS[] = {{"fp32", Precision::fp32, 1e-5, 1e-5, 1e-4, 1e-4},
                                  {"tf32", Precision::tf32, 1.5e-3, 6e-3, 1e-3, 2.5e-2},
                                  {"bf16", Precision::bf16, 1.2e-2, 5e-2, 5e-3, 2.5e-2}};

/** By cuBLASLt a card may cut off in TF32 what does not fit, and not round it: twice the error, and always to one side. */
Allowed byRival(Allowed a) {
  if (a.precision == Precision::tf32) a.logits *= 2, a.gradients *= 2, a.norms *= 3;
  return a;
}

void train(Network& network, const Json& golden, const Allowed& allowed) {
  const Json& u = golden["update"];
  const AdamW update{u["lr"].value,  u["beta1"].value,       u["beta2"].value,
                     u["eps"].value, u["weightDecay"].value, u["clipNorm"].value};
  const auto norms = golden["norms"].numbers<double>();
  for (std::size_t i = 0; i < golden["batches"].items.size(); i++) {
    const Texts texts(golden["batches"].items[i]);
    const std::vector<float> logits = backward(network, texts.batch());
    if (!i && !logits.empty()) expectUnder("logits", deviation(logits, golden["outputs"]), allowed.logits);
    if (!i)
      expectUnder("gradients",
                  worst(network, valuesOf(network, [&](auto& m) { network.gradients(m); }), golden["gradients"]),
                  allowed.gradients);
    expectUnder("norm of step " + std::to_string(i + 1), std::fabs(network.step(update) / norms[i] - 1),
                allowed.norms);
  }
  expectUnder("weights", worst(network, valuesOf(network, [&](auto& m) { network.save(m); }), golden["after"]),
              allowed.weights);
}

void speak(Network& network, const Json& golden) {
  const Texts texts(golden["batches"].items[0]);
  Batch batch = texts.batch();
  expectUnder("loss", std::fabs(network.languageGradients(batch) / golden["losses"].items[0].value - 1), 1e-5);
  const auto made = network.generate(batch, 12, -1);
  bool same = true;
  for (std::size_t i = 0; i < made.size(); i++) same &= made[i] == golden["generated"].items[i].numbers<int>();
  expectUnder("generation", same ? 0 : 1, 0.5);
  const std::vector<int> from = golden["starts"].numbers<int>();
  const auto expected = golden["scores"].numbers<double>();
  std::vector<float> scores(expected.size());
  batch.from = from.data();
  network.score(batch, scores.data());
  double off = 0;
  for (std::size_t i = 0; i < scores.size(); i++)
    off = std::max(off, std::fabs(scores[i] - expected[i]) / std::max(1.0, -expected[i]));
  expectUnder("scores", off, 1e-5);
}

void runCase(const Json& golden, const Allowed& allowed, const cuda::Rival* rival) {
  std::printf(" %s\n", allowed.name);
  Options options;
  options.precision = allowed.precision;
  cuda::CudaNetwork network(specOf(golden["spec"]), options, {.rival = rival});
  for (long i = 0; i < network.tensorCount(); i++) network.load(i, fill(network.tensor(i)).data(), false);
  network.loaded();
  if (allowed.precision != Precision::fp32) return train(network, golden, allowed);
  if (golden.has("scores")) speak(network, golden);
  if (golden.has("features")) {
    const Texts texts(golden["batches"].items[0]);
    for (std::size_t layer = 0; layer < golden["features"].items.size(); layer++) {
      std::vector<float> values((std::size_t)(texts.batch().n * network.spec.width));
      network.features(texts.batch(), (long)layer, values.data());
      expectUnder("features " + std::to_string(layer), deviation(values, golden["features"].items[layer]), 1e-5);
    }
  }
  train(network, golden, allowed);
}

}  // namespace

int runCases(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  for (const cuda::Device& d : cuda::devices())
    std::printf("%s, compute capability %d.%d, %.0f MB\n", d.name.c_str(), d.major, d.minor, d.memory / 1048576);
  const Rivals rivals;
  std::printf("%s\n", rivals.said().c_str());
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  int cases = 0;
  for (const auto& file : files) {
    const std::string name = file.stem().string();
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    const std::string all = text.str();
    const Json golden = JsonReader(all).read();
    if (golden["spec"]["kind"].text != "transformer") continue;
    std::printf("%s\n", name.c_str());
    for (const Allowed& allowed : PRECISIONS) runCase(golden, rivals.get() ? byRival(allowed) : allowed, rivals.get());
    cases++;
  }
  if (rivals.get()) std::printf("%s\n", rivals.shares().c_str());
  std::printf("%d cases, %d failed checks\n", cases, failures);
  return cases && !failures ? 0 : 1;
}

}  // namespace w2s::runner
