// Where a training step goes: for each kernel the time of its calls, and of the matrix products the share of what the
// same machine reaches on a product that lies in the first-level cache.
//
//   w2s-profile <gpt2|bert> <width> <layers> <heads> <examples> <shortest> <longest text> <threads> [isa] [steps]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "../cpu/model/network.h"
#include "../random.h"

namespace w2s {

namespace {

using Clock = std::chrono::steady_clock;
double now() { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::nth_element(values.begin(), values.begin() + (long)values.size() / 2, values.end());
  return values[values.size() / 2];
}

/** Calls of one kernel in one shape. Their times by the median: other work on the machine falls on a few of them. */
struct Spent {
  double work = 0;
  std::vector<double> times;
  double seconds() const { return median(times) * (double)times.size(); }
};

using Key = std::tuple<const char*, long, long, long>;  // kernel, rows, depth (or rows of the gradient), columns

/** Every thread writes its own; they are added up when all rest. */
struct Books {
  std::mutex mutex;
  std::vector<std::unique_ptr<std::map<Key, Spent>>> all;
  std::map<Key, Spent>& mine() {
    thread_local std::map<Key, Spent>* own = nullptr;
    if (!own) {
      std::lock_guard lock(mutex);
      all.push_back(std::make_unique<std::map<Key, Spent>>());
      own = all.back().get();
    }
    return *own;
  }
  std::map<Key, Spent> total() const {
    std::map<Key, Spent> sum;
    for (const auto& one : all)
      for (const auto& [key, spent] : *one) {
        sum[key].work += spent.work;
        sum[key].times.insert(sum[key].times.end(), spent.times.begin(), spent.times.end());
      }
    return sum;
  }
};
Books books;
const Kernels* inner = nullptr;

template <typename F>
auto timed(const char* name, long rows, long a, long b, double work, F call) {
  struct Entry {
    Key key;
    double work, begin = now();
    ~Entry() {
      const double seconds = now() - begin;
      Spent& spent = books.mine()[key];
      spent.work += work;
      spent.times.push_back(seconds);
    }
  } entry{{name, rows, a, b}, work};
  return call();
}

/** The table of `kernels` with a clock around each call. */
Kernels clocked() {
  Kernels k = *inner;
  k.multiply = [](const Multiply& p) {
    timed("multiply", p.rows, p.depth, p.cols, 2.0 * p.rows * p.depth * p.cols, [&] { inner->multiply(p); });
  };
  k.outer = [](const Outer& p) {
    timed("outer", p.rows, p.aCols, p.bCols, 2.0 * p.rows * p.aCols * p.bCols, [&] { inner->outer(p); });
  };
  k.columnSums = [](Panels x, long rows, long cols, float* out) {
    timed("columnSums", rows, 0, 0, 0, [&] { inner->columnSums(x, rows, cols, out); });
  };
  k.normForward = [](const NormCall& p, Panels out) {
    timed("normForward", p.rows, 0, 0, 0, [&] { inner->normForward(p, out); });
  };
  k.normApply = [](const NormCall& p, Panels out) {
    timed("normApply", p.rows, 0, 0, 0, [&] { inner->normApply(p, out); });
  };
  k.normBackward = [](const NormCall& p, Panels dy, Panels dx, Panels add, float* gamma, float* beta) {
    timed("normBackward", p.rows, 0, 0, 0, [&] { inner->normBackward(p, dy, dx, add, gamma, beta); });
  };
  k.activate = [](Activation a, Panels h, long rows, long cols, Panels out) {
    timed("activate", rows, 0, 0, 0, [&] { inner->activate(a, h, rows, cols, out); });
  };
  k.activateBackward = [](Activation a, Panels h, long rows, long cols, Panels out, Panels dh) {
    timed("activateBackward", rows, 0, 0, 0, [&] { inner->activateBackward(a, h, rows, cols, out, dh); });
  };
  k.attend = [](const Attend& p, float* scratch) {
    timed("attend", p.queries, 0, 0, 0, [&] { inner->attend(p, scratch); });
  };
  k.attendBackward = [](const AttendBackward& p, float* scratch) {
    timed("attendBackward", p.forward.queries, 0, 0, 0, [&] { inner->attendBackward(p, scratch); });
  };
  k.sumGradients = [](float* const* gradients, int threads, long n) {
    return timed("sumGradients", n, 0, 0, 0, [&] { return inner->sumGradients(gradients, threads, n); });
  };
  k.adamw = [](const AdamWConstants& c, float* w, float* m, float* v, const float* const* g, int threads, long n) {
    return timed("adamw", n, 0, 0, 0, [&] { return inner->adamw(c, w, m, v, g, threads, n); });
  };
  k.transposeTile = [](const float* from, float* to, bool past) {
    timed("transposeTile", PANEL, 0, 0, 0, [&] { inner->transposeTile(from, to, past); });
  };
  k.adamwIdle = [](const AdamWConstants* steps, long count, float* w, float* m, float* v, long n) {
    timed("adamwIdle", n, 0, 0, 0, [&] { inner->adamwIdle(steps, count, w, m, v, n); });
  };
  return k;
}

/** Floating-point operations a second of all threads, each on a product in its first-level cache. */
double peakOf(Pool& pool) {
  constexpr long ROWS = 24, DEPTH = 96;
  std::vector<double> best((std::size_t)pool.capacity(), 0);
  pool.run([&](int t) {
    Buffer memory;
    float* a = memory.need(4 * DEPTH * PANEL);
    const Multiply p{{a, ROWS + 1}, {a + DEPTH * PANEL, DEPTH}, {a + 3 * DEPTH * PANEL, ROWS + 1}, ROWS, DEPTH, PANEL};
    for (int round = 0; round < 50; round++) {
      const double begin = now();
      for (int i = 0; i < 200; i++) inner->multiply(p);
      best[t] = std::max(best[t], 200 * 2.0 * ROWS * DEPTH * PANEL / (now() - begin));
    }
  });
  double sum = 0;
  for (double b : best) sum += b;
  return sum;
}

struct Model {
  Pool pool;
  const Kernels kernels;
  std::unique_ptr<CpuNetwork> network;
  std::vector<int> tokens, offsets{0};
  Batch batch;
  std::vector<float> logits, dLogits;

  Model(const Spec& spec, int threads, long examples, long shortest, long longest)
      : pool(threads), kernels(clocked()), network(createCpuNetwork(spec, {}, pool, kernels)) {
    initialise(*network, 7);
    Random random(9, "profile");
    for (long e = 0; e < examples; e++) {
      const long length = shortest + (long)(random.next() % (std::uint64_t)(longest - shortest + 1));
      for (long i = 0; i < length; i++) tokens.push_back((int)(random.next() % (std::uint64_t)spec.vocabulary));
      offsets.push_back((int)tokens.size());
    }
    batch = {examples, nullptr, tokens.data(), offsets.data(), nullptr};
    logits.resize((std::size_t)(examples * network->outputs()));
    for (std::size_t i = 0; i < logits.size(); i++) dLogits.push_back((float)random.normal() * 0.01f);
  }

  /** Seconds of the three parts of a step. */
  struct Parts {
    double forward, backward, step;
    double all() const { return forward + backward + step; }
  };
  Parts step() {
    const double a = now();
    network->forward(batch, true, logits.data());
    const double b = now();
    network->backward(dLogits.data());
    const double c = now();
    network->step({1e-4, 0.9, 0.999, 1e-8, 0.01, 0});
    return {b - a, c - b, now() - c};
  }
};

Spec gpt2(long width, long layers, long heads, long length) {
  Spec s;
  s.family = Family::transformer;
  s.vocabulary = 256, s.width = width, s.layers = layers, s.heads = s.kvHeads = heads, s.headSize = width / heads;
  s.inner = 4 * width, s.positions = length;
  return s;
}

/** MiniLM and its like. */
Spec bert(long width, long layers, long heads) {
  Spec s = gpt2(width, layers, heads, 512);
  s.vocabulary = 30522, s.tokenTypes = 2;
  s.postNorm = true, s.causal = false;
  s.activation = Activation::geluErf, s.pooling = Pooling::mean, s.normEps = 1e-12f;
  return s;
}

void print(const std::map<Key, Spent>& total, int steps, double step, double peak, int threads) {
  struct Row {
    Key key;
    double seconds, work, calls;
  };
  std::vector<Row> rows;
  for (const auto& [key, spent] : total)
    rows.push_back({key, spent.seconds(), spent.work, (double)spent.times.size()});
  std::sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.seconds > b.seconds; });
  double inside = 0;
  std::printf("%-17s %6s %11s %9s %8s %9s %8s\n", "kernel", "rows", "shape", "calls", "ms", "share", "of peak");
  for (const Row& row : rows) {
    const auto& [name, rows, a, b] = row.key;
    const std::string shape = a ? std::to_string(a) + " x " + std::to_string(b) : "";
    const double each = row.seconds / steps / threads;
    std::printf("%-17s %6ld %11s %9.0f %8.3f %8.1f%%", name, rows, shape.c_str(), row.calls / steps, 1e3 * each,
                100 * each / step);
    if (row.work) std::printf(" %7.0f%%", 100 * row.work / row.seconds / (peak / threads));
    std::printf("\n");
    inside += each;
  }
  std::printf("outside kernels, waiting for one another included: %.3f ms\n", 1e3 * (step - inside));
}

int run(int count, char** arguments) {
  if (count < 9) {
    std::printf(
        "w2s-profile <gpt2|bert> <width> <layers> <heads> <examples> <shortest> <longest text> <threads> [isa] "
        "[steps]\n");
    return 2;
  }
  auto number = [&](int i) { return std::atol(arguments[i]); };
  const int threads = (int)number(8), steps = count > 10 ? (int)number(10) : 30;
  inner = chooseKernels(count > 9 ? arguments[9] : nullptr);
  if (!inner) {
    std::printf("this processor has no kernels of that name\n");
    return 2;
  }
  const Spec spec = std::strcmp(arguments[1], "bert") ? gpt2(number(2), number(3), number(4), number(7))
                                                      : bert(number(2), number(3), number(4));
  Model model(spec, threads, number(5), number(6), number(7));
  const double peak = peakOf(model.pool);
  for (int i = 0; i < 3; i++) model.step();
  for (auto& one : books.all) one->clear();
  std::vector<Model::Parts> parts;
  for (int i = 0; i < steps; i++) parts.push_back(model.step());
  auto middle = [&](auto part) {
    std::vector<double> all;
    for (const auto& p : parts) all.push_back(part(p));
    return median(all);
  };
  const double step = middle([](auto& p) { return p.all(); });
  std::printf("%s, %d threads: peak %.0f GFLOP/s; medians: forward %.3f, backward %.3f, update %.3f, step %.3f ms\n",
              inner->isa, threads, peak / 1e9, 1e3 * middle([](auto& p) { return p.forward; }),
              1e3 * middle([](auto& p) { return p.backward; }), 1e3 * middle([](auto& p) { return p.step; }),
              1e3 * step);
  print(books.total(), steps, step, peak, threads);
  return 0;
}

}  // namespace

}  // namespace w2s

int main(int count, char** arguments) {
  w2s::flushDenormals();
  return w2s::run(count, arguments);
}
