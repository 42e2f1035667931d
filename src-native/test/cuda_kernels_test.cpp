// Kernels of the card one by one, in sizes that do not fit their tiles, against plain sums in double precision.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "numbers.h"

using namespace w2s;
using namespace w2s::cuda;
using test::Both;
using test::drawn;
using test::expectNear;

TEST(products_of_the_card_are_right_however_turned) {
  Random random(1, "gemm");
  for (const auto& [m, n, k] : {std::tuple{1l, 3l, 2l}, {65l, 70l, 33l}, {130l, 64l, 16l}})
    for (const bool turnA : {false, true})
      for (const bool turnB : {false, true}) {
        if (turnA && turnB) continue;
        Both<float> a(drawn(random, m * k)), b(drawn(random, k * n)), c(drawn(random, m * n)), bias(drawn(random, n));
        std::vector<double> expected;
        for (long i = 0; i < m; i++)
          for (long j = 0; j < n; j++) {
            double sum = (double)c.here[i * n + j] + bias.here[j];
            for (long d = 0; d < k; d++)
              sum += (double)a.here[turnA ? d * m + i : i * k + d] * b.here[turnB ? j * k + d : d * n + j];
            expected.push_back(sum);
          }
        Gemm p{{a.at(), turnA ? m : k}, {b.at(), turnB ? k : n}, {c.at(), n}, m, n, k, turnA, turnB};
        p.bias = bias.at();
        p.add = p.c;
        gemm(p);
        expectNear("gemm", c.read(), expected, 1e-6);
      }
}

/** The nearest number that has so many bits after the point, by doubles: ties to even, or (TF32) away from zero. */
double roundedTo(Precision precision, double x) {
  if (precision == Precision::fp32 || x == 0) return x;
  int exponent;
  std::frexp(x, &exponent);
  const double unit = std::ldexp(1.0, exponent - (precision == Precision::bf16 ? 8 : 11));
  return (precision == Precision::bf16 ? std::nearbyint(x / unit) : std::round(x / unit)) * unit;
}

/** In small and large tiles, with edges in both directions and along the sum. */
TEST(products_on_tensor_cores_round_their_factors_and_nothing_else) {
  Random random(11, "tensor cores");
  for (const Precision precision : {Precision::tf32, Precision::bf16})
    for (const auto& [m, n, k] : {std::tuple{1l, 3l, 2l}, {65l, 71l, 37l}, {1300l, 1290l, 20l}})
      for (const bool turnA : {false, true})
        for (const bool turnB : {false, true}) {
          if (turnA && turnB) continue;
          if (m > 1000 && turnA == turnB) continue;  // every way of loading once; more would take minutes
          Both<float> a(drawn(random, m * k)), b(drawn(random, k * n)), c(drawn(random, m * n)), bias(drawn(random, n));
          Both<float> activated(std::vector<float>((std::size_t)(m * n)));
          std::vector<double> x, y;
          for (const float value : a.here) x.push_back(roundedTo(precision, value));
          for (const float value : b.here) y.push_back(roundedTo(precision, value));
          std::vector<double> expected, positive;
          for (long i = 0; i < m; i++)
            for (long j = 0; j < n; j++) {
              double sum = (double)c.here[i * n + j] + bias.here[j];
              for (long d = 0; d < k; d++) sum += x[turnA ? d * m + i : i * k + d] * y[turnB ? j * k + d : d * n + j];
              expected.push_back(sum);
              positive.push_back(std::max(sum, 0.0));
            }
          Gemm p{{a.at(), turnA ? m : k}, {b.at(), turnB ? k : n}, {c.at(), n}, m, n, k, turnA, turnB, precision};
          p.bias = bias.at();
          p.add = p.c;
          p.activates = true;
          p.activated = {activated.at(), n};
          gemm(p);
          expectNear("sums", c.read(), expected, 1e-6);
          expectNear("activated", activated.read(), positive, 1e-6);
        }
}

TEST(sums_of_the_cards_columns_are_right_over_many_chunks) {
  Random random(2, "columns");
  const long rows = 300, cols = 37;
  Both<float> dy(drawn(random, rows * cols)), out(drawn(random, cols));
  cuda::Memory<float> scratch;
  std::vector<double> expected(out.here.begin(), out.here.end());
  for (long r = 0; r < rows; r++)
    for (long c = 0; c < cols; c++) expected[c] += dy.here[r * cols + c];
  columnSums({dy.at(), cols}, rows, cols, scratch.need(columnScratch(rows, cols)), out.at());
  expectNear("column sums", out.read(), expected, 1e-6);
}

TEST(cross_entropy_of_the_card_is_right_over_a_vocabulary) {
  Random random(3, "loss");
  const long rows = 6, cols = 700;
  Both<float> logits(drawn(random, rows * cols, 6)), losses(std::vector<float>((std::size_t)rows)), scale({0.25f});
  Both<int> targets({0, 699, 255, -1, 256, 17});
  std::vector<double> gradient, loss;
  for (long r = 0; r < rows; r++) {
    const float* x = logits.here.data() + r * cols;
    const int target = targets.here[r];
    double total = 0;
    for (long c = 0; c < cols; c++) total += std::exp((double)x[c]);
    for (long c = 0; c < cols; c++)
      gradient.push_back(target < 0 ? 0 : 0.25 * (std::exp((double)x[c]) / total - (c == target)));
    loss.push_back(target < 0 ? 0 : std::log(total) - x[target]);
  }
  crossEntropy(logits.at(), targets.at(), rows, cols, nullptr, losses.at());
  expectNear("losses", losses.read(), loss, 1e-6);
  CHECK(logits.read() == logits.here);
  crossEntropy(logits.at(), targets.at(), rows, cols, scale.at(), losses.at());
  expectNear("losses", losses.read(), loss, 1e-6);
  expectNear("dLogits", logits.read(), gradient, 1e-5);
}

/** Many rows of many ties, in vocabularies that fill a block, do not, and need several turns; then numbers that are none. */
TEST(the_most_likely_token_is_the_first_of_the_largest) {
  Random random(12, "likely");
  const float none = NAN, most = INFINITY;
  for (const long cols : {1l, 3l, 255l, 256l, 257l, 1000l}) {
    std::vector<std::vector<float>> rows{std::vector<float>((std::size_t)cols, none),
                                         std::vector<float>((std::size_t)cols, -most),
                                         std::vector<float>((std::size_t)cols, 2)};
    for (int r = 0; r < 20; r++) rows.push_back(drawn(random, cols, 2));
    for (std::size_t r = 3; r < rows.size(); r++)
      for (float& x : rows[r]) x = std::round(x);
    auto put = [&](std::size_t row, std::initializer_list<float> values) {
      std::size_t i = 0;
      for (const float value : values) rows[row][++i * (std::size_t)(cols - 1) / values.size()] = value;
    };
    put(3, {none}), put(4, {most, most}), put(5, {none, most, most, none});
    rows[6][0] = rows[7][0] = none, put(7, {most});
    rows[8].assign((std::size_t)cols, -most), put(8, {none, -most});
    rows[9].assign((std::size_t)cols, -0.0f), put(9, {0.0f, 0.0f});
    std::vector<float> all;
    std::vector<int> expected;
    for (const auto& row : rows) {
      all.insert(all.end(), row.begin(), row.end());
      expected.push_back((int)(std::max_element(row.begin(), row.end()) - row.begin()));
    }
    Both<float> logits(all);
    Both<int> tokens(std::vector<int>(rows.size(), -1));
    mostLikely(logits.at(), (long)rows.size(), cols, tokens.at());
    CHECK(tokens.read() == expected);
  }
}

TEST(adamw_of_the_card_clips_by_the_global_norm) {
  Random random(4, "adamw");
  const long n = 1000;
  Both<float> w(drawn(random, n)), m(drawn(random, n, 0.1)), v(std::vector<float>(n, 0.01f)), g(drawn(random, n));
  cuda::Memory<double> scratch;
  double squared = 0;
  for (float x : g.here) squared += (double)x * x;
  Both<AdamWStep> s({{0.9f, 0.99f, 0.1f, 0.01f, 1e-8f, 0.999f, 0.01f, 1.1f, 2.0f, 1}});
  std::vector<double> expected;
  for (long i = 0; i < n; i++) {
    const double grad = g.here[i] * 2.0 / (std::sqrt(squared) + 1e-6);
    const double first = 0.9 * m.here[i] + 0.1 * grad, second = 0.99 * v.here[i] + 0.01 * grad * grad;
    expected.push_back(w.here[i] * 0.999 - 0.01 * first / (std::sqrt(second) * 1.1 + 1e-8));
  }
  squares(g.at(), n, scratch.need(NORM_SCRATCH));
  adamw(s.at(), w.at(), m.at(), v.at(), g.at(), n, scratch.data());
  double norm = 0;
  copyOut(&norm, scratch.data(), sizeof norm);
  CHECK_NEAR(norm, squared, 1e-9 * squared);
  expectNear("weights", w.read(), expected, 1e-6);
}

/** A thousand weights with one history: their mean says whether rounding leads astray, the bits whether it repeats. */
TEST(moments_in_bf16_are_rounded_by_a_chance_that_repeats_and_leads_nowhere) {
  const long n = 1000, updates = 200;
  const auto gradientAt = [&](long t) { return t <= updates / 2 ? 1.0f : 0.01f; };  // then second moments have to fall
  double w = 0.5, m = 0, v = 0;
  for (long t = 1; t <= updates; t++) {
    const double g = gradientAt(t);
    m = (double)0.9f * m + (double)0.1f * g, v = (double)0.999f * v + (double)0.001f * g * g;
    w -= (double)0.001f * m / (std::sqrt(v) + 1e-8);
  }
  auto trained = [&] {
    Both<float> weights(std::vector<float>(n, 0.5f));
    Both<std::uint16_t> first(std::vector<std::uint16_t>(n, 0)), second(std::vector<std::uint16_t>(n, 0));
    cuda::Memory<double> scratch;
    scratch.need(NORM_SCRATCH);
    for (long t = 1; t <= updates; t++) {
      Both<float> g(std::vector<float>(n, gradientAt(t)));
      Both<AdamWStep> s({{0.9f, 0.999f, 0.1f, 0.001f, 1e-8f, 1, 0.001f, 1, 0, (unsigned)t}});
      adamw(s.at(), weights.at(), first.at(), second.at(), g.at(), n, scratch.data());
    }
    return std::tuple{weights.read(), first.read(), second.read()};
  };
  auto single = [](std::uint16_t half) { return std::bit_cast<float>((std::uint32_t)half << 16); };
  const auto [weights, first, second] = trained();
  double meanW = 0, meanM = 0, meanV = 0;
  for (long i = 0; i < n; i++) {
    meanW += weights[i] / (double)n, meanM += single(first[i]) / (double)n, meanV += single(second[i]) / (double)n;
    CHECK_NEAR(single(second[i]), v, 0.1 * v);
  }
  CHECK_NEAR(meanW, w, 2e-3 * (0.5 - w));
  CHECK_NEAR(meanM, m, 2e-3 * m);
  CHECK_NEAR(meanV, v, 2e-3 * v);
  CHECK(second[0] != second[1] || second[1] != second[2]);
  CHECK((trained() == std::tuple{weights, first, second}));
}

namespace {

/** Sequences, of which one needs several tiles of queries and more than 32 keys. */
struct AttentionCase {
  long heads, kvHeads, size;
  bool causal;
  Precision precision = Precision::fp32;
  std::vector<int> lengths{41, 5}, keyFrom, keyCount;
  std::vector<Tile> queryTiles, keyTiles;
  long rows = 0;

  AttentionCase(long heads, long kvHeads, long size, bool causal, Precision precision = Precision::fp32,
                std::vector<int> texts = {41, 5})
      : heads(heads), kvHeads(kvHeads), size(size), causal(causal), precision(precision), lengths(std::move(texts)) {
    const int most = tileRows(precision, size);
    for (int length : lengths) {
      const int from = (int)rows;
      for (int q = 0; q < length; q++) keyFrom.push_back(from), keyCount.push_back(causal ? q + 1 : length);
      for (int r = 0; r < length; r += most) {
        const int count = std::min(most, length - r);
        queryTiles.push_back({from + r, count, from, keyCount[from + r + count - 1]});
        keyTiles.push_back({from + r, count, from, length});
      }
      rows += length;
    }
  }

  /** The sum of out * dOut, in double precision: of which the kernels give the gradients. */
  double loss(const std::vector<double>& q, const std::vector<double>& k, const std::vector<double>& v,
              const std::vector<float>& dOut, std::vector<double>* out) const {
    double total = 0;
    for (long r = 0; r < rows; r++)
      for (long h = 0; h < heads; h++) {
        const long group = h / (heads / kvHeads);
        std::vector<double> p;
        double all = 0;
        for (long j = keyFrom[r]; j < keyFrom[r] + keyCount[r]; j++) {
          double score = 0;
          for (long d = 0; d < size; d++)
            score += q[(r * heads + h) * size + d] * k[(j * kvHeads + group) * size + d];
          p.push_back(std::exp(score / std::sqrt((double)size)));
          all += p.back();
        }
        for (long d = 0; d < size; d++) {
          double sum = 0;
          for (std::size_t j = 0; j < p.size(); j++)
            sum += p[j] / all * v[((keyFrom[r] + (long)j) * kvHeads + group) * size + d];
          if (out) (*out)[(std::size_t)((r * heads + h) * size + d)] = sum;
          total += sum * dOut[(std::size_t)((r * heads + h) * size + d)];
        }
      }
    return total;
  }
};

/** Queries, keys, values and the slopes of what comes out. */
struct AttentionFactors {
  std::vector<float> q, k, v, dOut;
  explicit AttentionFactors(const AttentionCase& c) {
    Random random(5, "attention");
    q = drawn(random, c.rows * c.heads * c.size), k = drawn(random, c.rows * c.kvHeads * c.size);
    v = drawn(random, c.rows * c.kvHeads * c.size), dOut = drawn(random, c.rows * c.heads * c.size);
  }
};

struct Attended {
  std::vector<float> out, dq, dk, dv;
};

Attended attended(const AttentionCase& c, const AttentionFactors& given) {
  const long width = c.heads * c.size, kvWidth = c.kvHeads * c.size;
  Both<float> q(given.q), k(given.k), v(given.v), dOut(given.dOut), out(given.q), dq(given.q), dk(given.k), dv(given.v);
  Both<int> keyFrom(c.keyFrom), keyCount(c.keyCount);
  Both<Tile> queryTiles(c.queryTiles), keyTiles(c.keyTiles);
  cuda::Memory<float> logSum, delta;
  AttendBackward p{};
  p.forward = {{q.at(), width}, {k.at(), kvWidth}, {v.at(), kvWidth}, {out.at(), width}, queryTiles.at(),
               (long)c.queryTiles.size(), keyFrom.at(), keyCount.at(), logSum.need(c.rows * c.heads), c.rows, c.heads,
               c.kvHeads, c.size, (float)(1 / std::sqrt((double)c.size)), c.precision};
  p.dOut = {dOut.at(), width}, p.dq = {dq.at(), width}, p.dk = {dk.at(), kvWidth}, p.dv = {dv.at(), kvWidth};
  p.keyTiles = keyTiles.at(), p.keyTileCount = (long)c.keyTiles.size(), p.delta = delta.need(c.rows * c.heads);
  attend(p.forward);
  attendBackward(p);
  return {out.read(), dq.read(), dk.read(), dv.read()};
}

void checkAttention(const AttentionCase& c) {
  Random random(6, "directions");
  const AttentionFactors given(c);
  const Attended got = attended(c, given);
  const auto& [q, k, v, dOut] = given;
  std::vector<double> factors[3] = {{q.begin(), q.end()}, {k.begin(), k.end()}, {v.begin(), v.end()}};
  std::vector<double> expected(q.size());
  c.loss(factors[0], factors[1], factors[2], dOut, &expected);
  expectNear("attention", got.out, expected, 2e-6);
  const std::vector<float> gradients[3] = {got.dq, got.dk, got.dv};
  for (int which = 0; which < 3; which++) {  // along a random direction
    std::vector<double> kept = factors[which];
    const std::vector<float> direction = drawn(random, (long)kept.size());
    double slope = 0, size = 0;
    for (std::size_t i = 0; i < kept.size(); i++) {
      slope += (double)gradients[which][i] * direction[i];
      size += (double)gradients[which][i] * gradients[which][i];
    }
    auto at = [&](double step) {
      for (std::size_t i = 0; i < kept.size(); i++) factors[which][i] = kept[i] + step * direction[i];
      return c.loss(factors[0], factors[1], factors[2], dOut, nullptr);
    };
    const double difference = (at(1e-5) - at(-1e-5)) / 2e-5;
    factors[which] = kept;
    CHECK_NEAR(slope, difference, 1e-4 * std::sqrt(size));
  }
}

}  // namespace

TEST(attention_of_the_card_is_right_for_every_size_of_head) {
  for (const bool causal : {false, true}) {
    checkAttention({4, 2, 20, causal});
    checkAttention({2, 1, 64, causal});
  }
  checkAttention({1, 1, 80, true});
  checkAttention({1, 1, 256, true});
}

namespace {

/** That tensor cores give what single precision gives, but for the rounding of factors; the same bits twice. */
void checkOnTensorCores(long heads, long kvHeads, long size, bool causal, Precision precision, std::vector<int> lengths) {
  const AttentionCase exact(heads, kvHeads, size, causal, Precision::fp32, lengths);
  const AttentionCase rounded(heads, kvHeads, size, causal, precision, lengths);
  const AttentionFactors given(exact);
  const Attended expected = attended(exact, given), got = attended(rounded, given), again = attended(rounded, given);
  const double allowed = precision == Precision::bf16 ? 1.5e-2 : 1.5e-3;
  auto check = [&](const char* what, std::vector<float> Attended::*of) {
    const std::vector<float>& values = expected.*of;
    expectNear(what, got.*of, {values.begin(), values.end()}, allowed);
    CHECK(got.*of != values);  // it is rounded
    CHECK(got.*of == again.*of);
  };
  check("attention", &Attended::out);
  check("dq", &Attended::dq);
  check("dk", &Attended::dk);
  check("dv", &Attended::dv);
}

}  // namespace

/** Heads of all sizes of kernels, shared and not; sequences of one tile and of several, one of a single token, one of none. */
TEST(attention_on_tensor_cores_rounds_its_factors_and_nothing_else) {
  const std::vector<int> few{41, 1, 0, 18}, many{150, 7};
  for (const Precision precision : {Precision::tf32, Precision::bf16})
    for (const bool causal : {false, true}) {
      checkOnTensorCores(4, 2, 20, causal, precision, few);
      checkOnTensorCores(2, 1, 64, causal, precision, many);
      checkOnTensorCores(1, 1, 80, causal, precision, few);
    }
  checkOnTensorCores(2, 1, 256, true, Precision::bf16, {70, 3});
  checkOnTensorCores(1, 1, 16, false, Precision::bf16, {33});
  CHECK(!onTensorCores(Precision::tf32, 256) && onTensorCores(Precision::bf16, 256));
}
