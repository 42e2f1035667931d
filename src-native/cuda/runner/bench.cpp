#include "bench.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <stdexcept>

#include "../model/network.h"
#include "golden.h"
#include "rivals.h"

namespace w2s::runner {

namespace {

constexpr int WARM = 3, STEPS = 20;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

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

struct Case {
  Spec spec;
  Options options;
  std::vector<int> lengths;
  const cuda::Rival* rival;
};

/** Trains on one batch; keeps what one step asks of the device. */
class Trained : public cuda::CudaNetwork {
 public:
  Trained(const Case& of, bool graphs)
      : CudaNetwork(of.spec, of.options, {.graphs = graphs, .rival = of.rival}), texts_(of.lengths, of.spec.vocabulary) {
    initialise(*this, 1);
    logits_.resize((std::size_t)(texts_.batch().n * outputs()));
    slopes_.assign(logits_.size(), 1e-3f);
  }
  void train() {
    forward(texts_.batch(), true, logits_.data());
    backward(slopes_.data());
    step({1e-5, 0.9, 0.999, 1e-8, 0.01, 1.0});  // waits for all of it
  }
  void keepStep() {
    keeps_ = true;
    train();
    keeps_ = false;
  }
  using CudaNetwork::isByRival;
  /** What the step asked for, to be started again: their numbers are then of no use, their memory is. */
  const std::vector<cuda::Gemm>& products() const { return products_; }
  const std::vector<cuda::Attend>& attends() const { return attends_; }
  const std::vector<cuda::AttendBackward>& attendsBackward() const { return attendsBackward_; }

  void multiply(const cuda::Gemm& p) const override {
    if (keeps_) products_.push_back(p);
    CudaNetwork::multiply(p);
  }
  void attend(const cuda::Attend& p) const override {
    if (keeps_) attends_.push_back(p);
    CudaNetwork::attend(p);
  }
  void attendBackward(const cuda::AttendBackward& p) const override {
    if (keeps_) attendsBackward_.push_back(p);
    CudaNetwork::attendBackward(p);
  }

 private:
  const Tokens texts_;
  std::vector<float> logits_, slopes_;
  bool keeps_ = false;
  mutable std::vector<cuda::Gemm> products_;
  mutable std::vector<cuda::Attend> attends_;
  mutable std::vector<cuda::AttendBackward> attendsBackward_;
};

/** Seconds of a training step (forward, backward, update), the median of STEPS after WARM that do not count: in the second
 * one passes are recorded. */
double secondsOfStep(const Case& of, bool graphs) {
  Trained network(of, graphs);
  std::vector<double> seconds;
  for (int i = 0; i < WARM + STEPS; i++) {
    const double from = now();
    network.train();
    seconds.push_back(now() - from);
  }
  std::sort(seconds.begin() + WARM, seconds.end());
  return seconds[(std::size_t)(WARM + STEPS / 2)];
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) (c == '"' || c == '\\' ? out += '\\' : out) += (unsigned char)c < ' ' ? ' ' : c;
  return out + "\"";
}

const char* turnOf(const cuda::Gemm& g) { return g.turnA ? "a" : g.turnB ? "b" : ""; }

/** Products of one shape. */
struct Alike {
  cuda::Gemm gemm;
  long count = 0;
};

void printParts(const Case& of) {
  Trained network(of, false);
  cuda::Queue queue;
  auto secondsOf = [&](const std::function<void()>& body) { return cuda::millisecondsOf(queue, body) / 1e3; };
  network.train();
  network.keepStep();
  std::map<std::tuple<long, long, long, std::string, Precision>, Alike> shapes;
  for (const cuda::Gemm& g : network.products()) {
    Alike& alike = shapes[{g.m, g.n, g.k, turnOf(g), g.precision}];
    alike.gemm = g, alike.count++;
  }
  std::string products;
  for (const auto& [key, alike] : shapes) {
    const cuda::Gemm& g = alike.gemm;
    const double seconds = secondsOf([&] { network.multiply(g); });
    char line[256];
    std::snprintf(line, sizeof line, R"(%s{"m": %ld, "n": %ld, "k": %ld, "turn": "%s", "fp32": %s, "count": %ld, "seconds": %.6g, "by": "%s"})",
                  products.empty() ? "" : ", ", g.m, g.n, g.k, turnOf(g),
                  g.precision == Precision::fp32 ? "true" : "false", alike.count, seconds,
                  network.isByRival(g) ? "cuBLASLt" : "own kernel");
    products += line;
  }
  const double attends = secondsOf([&] {
    for (const cuda::Attend& p : network.attends()) network.attend(p);
  });
  const double back = secondsOf([&] {
    for (const cuda::AttendBackward& p : network.attendsBackward()) network.attendBackward(p);
  });
  std::printf(R"({"attention": {"forward": %.6g, "backward": %.6g}, "products": [%s]})"
              "\n",
              attends, back, products.c_str());
}

}  // namespace

int runBench(const std::string& file, const std::string& model, const std::string& batch, const std::string& precision,
             const std::string& what) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  const std::string all = text.str();
  const Json json = JsonReader(all).read();
  const std::map<std::string, Precision> precisions{
      {"fp32", Precision::fp32}, {"tf32", Precision::tf32}, {"bf16", Precision::bf16}};
  const auto chosen = precisions.find(precision);
  if (chosen == precisions.end())
    throw std::invalid_argument("precision: expected fp32, tf32 or bf16, got " + precision);
  const Rivals rivals;
  Case of{specOf(json["models"][model]), {}, json["batches"][batch].numbers<int>(), rivals.get()};
  of.options.precision = chosen->second;
  of.options.activationBytes = 1e11;  // what a card holds; more is an error that says so
  if (what == "parts")
    printParts(of);
  else if (what == "recorded" || what == "single")
    std::printf("{\"seconds\": %.6g, \"cublaslt\": %s, \"said\": %s}\n", secondsOfStep(of, what == "recorded"),
                of.rival ? "true" : "false", quoted(rivals.said()).c_str());
  else
    throw std::invalid_argument("what: expected recorded, single or parts, got " + what);
  return 0;
}

}  // namespace w2s::runner
