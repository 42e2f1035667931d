// Every kernel of every ISA of this processor against a plain loop in double precision, on awkward sizes.
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "../cpu/kernels/bf16.h"
#include "check.h"
#include "isas.h"

using namespace w2s;

TEST(multiply_and_outer) {
  eachIsa([](const Kernels& k) {
    Random random(1, k.isa);
    for (auto [rows, depth, cols] : {std::array{1l, 1l, 16l}, {5l, 33l, 32l}, {13l, 64l, 48l}, {70l, 100l, 96l}}) {
      Mat a(rows, depth, &random), b(depth, cols, &random), c(rows, cols), add(rows, cols, &random);
      std::vector<float> bias((std::size_t)roundUp(cols, PANEL));
      for (long i = 0; i < cols; i++) bias[i] = (float)random.normal();
      k.multiply({a.panels(), b.panels(), c.panels(), rows, depth, cols, bias.data(), add.panels()});
      for (long r = 0; r < rows; r++)
        for (long j = 0; j < cols; j++) {
          double sum = (double)bias[j] + add.at(r, j);
          for (long i = 0; i < depth; i++) sum += (double)a.at(r, i) * b.at(i, j);
          CHECK_NEAR(c.at(r, j), sum, 1e-4);
        }
      Mat d(rows, cols, &random), g(depth, cols, &random), before = g, fresh = g, none = g, zeros(depth, cols);
      k.outer({a.panels(), d.panels(), g.panels(), rows, depth, cols});
      k.outer({a.panels(), d.panels(), fresh.panels(), rows, depth, cols, true});
      k.outer({a.panels(), d.panels(), none.panels(), 0, depth, cols, true});
      k.outer({a.panels(), d.panels(), zeros.panels(), rows, depth, cols});
      for (long i = 0; i < depth; i++)
        for (long j = 0; j < cols; j++) CHECK(none.at(i, j) == 0 && fresh.at(i, j) == zeros.at(i, j));
      for (long i = 0; i < depth; i++)
        for (long j = 0; j < cols; j++) {
          double sum = before.at(i, j);
          for (long r = 0; r < rows; r++) sum += (double)a.at(r, i) * d.at(r, j);
          CHECK_NEAR(g.at(i, j), sum, 1e-4);
        }
    }
  });
}

namespace {

/** The nearest bf16, ties to even, by the bits of the float. */
float nearestBf16(float x) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(x);
  return std::bit_cast<float>((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u);
}

float fromBf16(bfloat x) { return std::bit_cast<float>((std::uint32_t)x << 16); }

/** A matrix rounded by the engine, with exactly the memory it needs. */
struct MatBf16 {
  std::vector<bfloat> data;
  long stride;
  MatBf16(Mat& from, bool pairs) : stride(pairs ? roundUp(from.rows, 2) : from.rows) {
    data.resize((std::size_t)(stride * roundUp(from.cols, PANEL)));
    (pairs ? chooseBf16()->toPairs : chooseBf16()->toRows)(from.panels(), from.rows, from.cols, panels());
  }
  PanelsBf16 panels() { return {data.data(), stride}; }
};

}  // namespace

TEST(bf16_forms) {
  if (!chooseBf16()) return;
  Random random(9, "bf16");
  for (long rows : {1l, 2l, 7l, 32l}) {
    Mat a(rows, 64, &random);
    a.at(0, 0) = 1.00390625f, a.at(0, 1) = 1.01171875f;  // ties: down to even, up to even
    MatBf16 plain(a, false), pairs(a, true);
    for (long r = 0; r < pairs.stride; r++)
      for (long c = 0; c < 64; c++) {
        const float expected = r < rows ? nearestBf16(a.at(r, c)) : 0;
        CHECK(fromBf16(pairs.data[(std::size_t)((c / 32 * pairs.stride + r / 2 * 2) * 32 + c % 32 * 2 + r % 2)]) ==
              expected);
        if (r < rows) CHECK(fromBf16(plain.data[(std::size_t)((c / 32 * rows + r) * 32 + c % 32)]) == expected);
      }
  }
}

TEST(bf16_products) {
  if (!chooseBf16()) return;
  const KernelsBf16& k = *chooseBf16();
  Random random(10, "bf16");
  for (auto [rows, depth, cols] : {std::array{1l, 32l, 32l}, {5l, 64l, 32l}, {13l, 96l, 64l}, {301l, 128l, 96l}}) {
    Mat a(rows, depth, &random), b(depth, cols, &random), c(rows, cols), add(rows, cols, &random);
    std::vector<float> bias((std::size_t)cols);
    for (float& x : bias) x = (float)random.normal();
    MatBf16 left(a, false), right(b, true);
    k.multiply({left.panels(), right.panels(), c.panels(), rows, depth, cols, bias.data(), add.panels()});
    for (long r = 0; r < rows; r++)
      for (long j = 0; j < cols; j++) {
        double sum = (double)bias[j] + add.at(r, j);
        for (long i = 0; i < depth; i++) sum += (double)nearestBf16(a.at(r, i)) * nearestBf16(b.at(i, j));
        CHECK_NEAR(c.at(r, j), sum, 1e-4);
      }
    Mat d(rows, cols, &random), g(depth, cols, &random), before = g;
    MatBf16 x(a, true), dy(d, true);
    k.outer({x.panels(), dy.panels(), g.panels(), rows, depth, cols});
    for (long i = 0; i < depth; i++)
      for (long j = 0; j < cols; j++) {
        double sum = before.at(i, j);
        for (long r = 0; r < rows; r++) sum += (double)nearestBf16(a.at(r, i)) * nearestBf16(d.at(r, j));
        CHECK_NEAR(g.at(i, j), sum, 2e-4);
      }
  }
}

TEST(a_row_of_a_product_does_not_depend_on_the_others) {
  eachIsa([](const Kernels& k) {
    Random random(2, k.isa);
    Mat a(37, 50, &random), b(50, 32, &random), whole(37, 32), one(1, 32);
    k.multiply({a.panels(), b.panels(), whole.panels(), 37, 50, 32});
    for (long r = 0; r < 37; r++) {
      k.multiply({a.panels().rows(r), b.panels(), one.panels(), 1, 50, 32});
      for (long c = 0; c < 32; c++) CHECK(one.at(0, c) == whole.at(r, c));
    }
  });
}

TEST(a_row_of_a_norm_does_not_depend_on_the_others) {
  eachIsa([](const Kernels& k) {
    Random random(12, k.isa);
    for (Norm kind : {Norm::layer, Norm::rms})
      for (long cols : {20l, 64l}) {
        const long rows = 7, width = roundUp(cols, PANEL);
        Mat x(rows, cols, &random), dy(rows, cols, &random), add(rows, cols, &random), gamma(1, width), beta(1, width);
        for (long c = 0; c < cols; c++) gamma.at(0, c) = (float)random.normal(), beta.at(0, c) = (float)random.normal();
        std::vector<float> mean(7), rstd(7);
        auto call = [&](long from, long count) {
          return NormCall{kind, x.panels().rows(from), count, cols, gamma.data.data(), beta.data.data(), 1e-5f,
                          &mean[from], &rstd[from]};
        };
        Mat y(rows, width), again(rows, width), dx(rows, width), one(rows, width);
        k.normForward(call(0, rows), y.panels());
        k.normBackward(call(0, rows), dy.panels(), dx.panels(), add.panels(), nullptr, nullptr);
        const auto means = mean, rstds = rstd;
        for (long r = 0; r < rows; r++) {
          k.normForward(call(r, 1), again.panels().rows(r));
          k.normBackward(call(r, 1), dy.panels().rows(r), one.panels().rows(r), add.panels().rows(r), nullptr, nullptr);
        }
        CHECK(again.data == y.data && one.data == dx.data && mean == means && rstd == rstds);
      }
  });
}

TEST(norms) {
  eachIsa([](const Kernels& k) {
    Random random(3, k.isa);
    for (Norm kind : {Norm::layer, Norm::rms})
      for (long cols : {1l, 7l, 32l, 45l, 96l}) {
        const long rows = 5;
        Mat x(rows, cols, &random), y(rows, cols), dy(rows, cols, &random), dx(rows, cols), add(rows, cols, &random);
        std::vector<float> gamma((std::size_t)roundUp(cols, PANEL)), beta = gamma, mean(rows), rstd(rows);
        for (long c = 0; c < cols; c++) gamma[c] = (float)random.normal(), beta[c] = (float)random.normal();
        std::vector<float> dGamma(gamma.size()), dBeta(gamma.size());
        const NormCall call{kind,  x.panels(),   rows,
                            cols,  gamma.data(), kind == Norm::layer ? beta.data() : nullptr,
                            1e-3f, mean.data(),  rstd.data()};
        k.normForward(call, y.panels());
        k.normBackward(call, dy.panels(), dx.panels(), add.panels(), dGamma.data(), dBeta.data());
        std::vector<double> sumGamma(cols), sumBeta(cols);
        for (long r = 0; r < rows; r++) {
          double m = 0, v = 0, g1 = 0, g2 = 0;
          if (kind == Norm::layer)
            for (long c = 0; c < cols; c++) m += x.at(r, c) / (double)cols;
          for (long c = 0; c < cols; c++) v += (x.at(r, c) - m) * (x.at(r, c) - m) / (double)cols;
          const double s = 1 / std::sqrt(v + 1e-3);
          for (long c = 0; c < cols; c++) {
            const double hat = (x.at(r, c) - m) * s, g = (double)dy.at(r, c) * gamma[c];
            g1 += kind == Norm::layer ? g / (double)cols : 0;
            g2 += g * hat / (double)cols;
            sumGamma[c] += dy.at(r, c) * hat;
            sumBeta[c] += dy.at(r, c);
            CHECK_NEAR(y.at(r, c), hat * gamma[c] + (kind == Norm::layer ? beta[c] : 0), 1e-4);
          }
          for (long c = 0; c < cols; c++) {
            const double hat = (x.at(r, c) - m) * s, g = (double)dy.at(r, c) * gamma[c];
            CHECK_NEAR(dx.at(r, c), s * (g - g1 - hat * g2) + add.at(r, c), 2e-3);
          }
          for (long c = cols; c < roundUp(cols, PANEL); c++) CHECK(y.at(r, c) == 0 && dx.at(r, c) == 0);
        }
        for (long c = 0; c < cols; c++) {
          CHECK_NEAR(dGamma[c], sumGamma[c], 1e-3);
          CHECK_NEAR(dBeta[c], sumBeta[c], 1e-3);
        }
      }
  });
}

namespace {

double reference(Activation kind, double x) {
  switch (kind) {
    case Activation::relu:
      return x > 0 ? x : 0;
    case Activation::geluTanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::geluErf:
      return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::swiglu:
      return x / (1 + std::exp(-x));
  }
  return 0;
}

}  // namespace

TEST(activations_over_their_whole_range) {
  eachIsa([](const Kernels& k) {
    for (Activation kind : {Activation::relu, Activation::geluTanh, Activation::geluErf, Activation::swiglu}) {
      const bool two = kind == Activation::swiglu;
      const long rows = 6000;
      Mat h(rows, two ? 64 : 32), out(rows, 32), dh(rows, two ? 64 : 32);
      for (long r = 0; r < rows; r++)
        for (long c = 0; c < 32; c++) {
          h.at(r, c) = (float)(-30 + 60.0 * (double)(r * 32 + c) / (32.0 * rows));
          if (two) h.at(r, c + 32) = 1.5f;
        }
      k.activate(kind, h.panels(), rows, 32, out.panels());
      const double factor = two ? 1.5 : 1;
      for (long r = 0; r < rows; r++)
        for (long c = 0; c < 32; c++) {
          const double x = h.at(r, c), y = reference(kind, x) * factor;
          CHECK_NEAR(out.at(r, c), y, 1e-6 * std::max(1.0, std::fabs(x)));
        }
      for (float& x : out.data) x = 2;
      k.activateBackward(kind, h.panels(), rows, 32, out.panels(), dh.panels());
      for (long r = 0; r < rows; r++)
        for (long c = 0; c < 32; c++) {
          const double x = h.at(r, c), step = 1e-5;
          if (kind == Activation::relu && std::fabs(x) < 1e-3) continue;
          const double slope = (reference(kind, x + step) - reference(kind, x - step)) / (2 * step);
          CHECK_NEAR(dh.at(r, c), 2 * factor * slope, 1e-5);
          CHECK_NEAR(out.at(r, c), reference(kind, x) * factor, 1e-6 * std::max(1.0, std::fabs(x)));
          if (two) CHECK_NEAR(dh.at(r, c + 32), 2 * reference(kind, x), 1e-5 * std::max(1.0, std::fabs(x)));
        }
    }
  });
}

TEST(activations_pass_on_what_is_no_number) {
  eachIsa([](const Kernels& k) {
    for (Activation kind : {Activation::relu, Activation::geluTanh, Activation::geluErf, Activation::swiglu}) {
      Mat h(1, kind == Activation::swiglu ? 64 : 32), out(1, 32);
      for (float& x : h.data) x = NAN;
      k.activate(kind, h.panels(), 1, 32, out.panels());
      for (long c = 0; c < 32; c++) CHECK(std::isnan(out.at(0, c)));
    }
  });
}

TEST(transposes) {
  eachIsa([](const Kernels& k) {
    Random random(4, k.isa);
    for (bool past : {false, true}) {
      Mat a(32, 32, &random);
      alignas(64) float turned[32 * 32];
      k.transposeTile(a.data.data(), turned, past);
      for (long r = 0; r < 32; r++)
        for (long c = 0; c < 32; c++) CHECK(turned[c * 32 + r] == a.at(r, c));
    }
  });
}

TEST(attention) {
  eachIsa([](const Kernels& k) {
    Random random(5, k.isa);
    struct Shape {
      long keys, queries, heads, kvHeads, headSize;
      bool causal;
    };
    for (const Shape& s : {Shape{1, 1, 1, 1, 16, true},
                           {70, 70, 4, 2, 16, true},
                           {33, 33, 2, 2, 32, false},
                           {64, 64, 3, 1, 64, true},
                           {45, 1, 2, 1, 32, true},
                           {40, 8, 2, 2, 32, true}}) {
      const long qw = s.heads * s.headSize, kw = s.kvHeads * s.headSize;
      Mat q(s.queries, qw, &random), key(s.keys, kw, &random), v(s.keys, kw, &random), out(s.queries, qw);
      Mat dOut(s.queries, qw, &random), dq(s.queries, qw), dk(s.keys, kw), dv(s.keys, kw);
      std::vector<float> stats((std::size_t)(2 * s.heads * s.queries)),
          scratch((std::size_t)k.attendScratch(s.keys, s.headSize));
      const float scale = 0.3f;
      const Attend call{
          q.panels(), key.panels(), v.panels(), out.panels(), stats.data(), stats.data() + s.heads * s.queries,
          s.queries,  s.queries,    s.keys,     s.heads,      s.kvHeads,    s.headSize,
          s.causal,   scale};
      k.attend(call, scratch.data());
      k.attendBackward({call, dOut.panels(), dq.panels(), dk.panels(), dv.panels()}, scratch.data());
      std::vector<double> rq(s.queries * qw), rk(s.keys * kw), rv(s.keys * kw);
      for (long h = 0; h < s.heads; h++) {
        const long at = h * s.headSize, kvAt = h / (s.heads / s.kvHeads) * s.headSize;
        for (long i = 0; i < s.queries; i++) {
          const long seen = s.causal ? s.keys - s.queries + i + 1 : s.keys;
          std::vector<double> p(seen);
          double total = 0, mean = 0;
          for (long j = 0; j < seen; j++) {
            for (long c = 0; c < s.headSize; c++) p[j] += (double)q.at(i, at + c) * key.at(j, kvAt + c) * scale;
            total += p[j] = std::exp(p[j]);
          }
          std::vector<double> dp(seen);
          for (long j = 0; j < seen; j++) {
            p[j] /= total;
            for (long c = 0; c < s.headSize; c++) dp[j] += (double)dOut.at(i, at + c) * v.at(j, kvAt + c);
            mean += p[j] * dp[j];
          }
          for (long c = 0; c < s.headSize; c++) {
            double o = 0;
            for (long j = 0; j < seen; j++) {
              const double ds = p[j] * (dp[j] - mean) * scale;
              o += p[j] * v.at(j, kvAt + c);
              rq[i * qw + at + c] += ds * key.at(j, kvAt + c);
              rk[j * kw + kvAt + c] += ds * q.at(i, at + c);
              rv[j * kw + kvAt + c] += p[j] * dOut.at(i, at + c);
            }
            CHECK_NEAR(out.at(i, at + c), o, 1e-5);
          }
        }
      }
      for (long i = 0; i < s.queries; i++)
        for (long c = 0; c < qw; c++) CHECK_NEAR(dq.at(i, c), rq[i * qw + c], 1e-4);
      for (long j = 0; j < s.keys; j++)
        for (long c = 0; c < kw; c++) {
          CHECK_NEAR(dk.at(j, c), rk[j * kw + c], 1e-4);
          CHECK_NEAR(dv.at(j, c), rv[j * kw + c], 1e-4);
        }
    }
  });
}

TEST(scores_that_would_overflow) {
  eachIsa([](const Kernels& k) {
    Mat q(2, 32), key(2, 32), v(2, 32), out(2, 32);
    for (long c = 0; c < 32; c++)
      q.at(1, c) = 100, key.at(0, c) = 50, key.at(1, c) = -50, v.at(0, c) = 3, v.at(1, c) = 4;
    std::vector<float> stats(4), scratch((std::size_t)k.attendScratch(2, 32));
    k.attend({q.panels(), key.panels(), v.panels(), out.panels(), stats.data(), stats.data() + 2, 2, 2, 2, 1, 1, 32,
              true, 1},
             scratch.data());
    CHECK_NEAR(out.at(0, 5), 3, 1e-6);
    CHECK_NEAR(out.at(1, 5), 3, 1e-6);
  });
}

TEST(rotation_turns_and_turns_back) {
  eachIsa([](const Kernels& k) {
    Random random(6, k.isa);
    for (auto [headSize, half] : {std::array{16l, 3l}, {16l, 8l}, {32l, 16l}, {64l, 32l}, {64l, 16l}}) {
      const long heads = 3, rows = 4;
      Mat x(rows, heads * headSize, &random), before = x;
      std::vector<float> cosine((std::size_t)(rows * half)), sine = cosine;
      for (std::size_t i = 0; i < cosine.size(); i++) cosine[i] = std::cos((float)i), sine[i] = std::sin((float)i);
      k.rotate(x.panels(), rows, heads, headSize, half, cosine.data(), sine.data(), 1);
      for (long r = 0; r < rows; r++)
        for (long h = 0; h < heads; h++)
          for (long i = 0; i < headSize; i++) {
            const long c = h * headSize + i, pair = i % half;
            const double co = cosine[r * half + pair], si = sine[r * half + pair];
            double expected = before.at(r, c);
            if (i < half)
              expected = before.at(r, c) * co - before.at(r, c + half) * si;
            else if (i < 2 * half)
              expected = before.at(r, c) * co + before.at(r, c - half) * si;
            CHECK_NEAR(x.at(r, c), expected, 1e-5);
          }
      k.rotate(x.panels(), rows, heads, headSize, half, cosine.data(), sine.data(), -1);
      for (std::size_t i = 0; i < x.data.size(); i++) CHECK_NEAR(x.data[i], before.data[i], 1e-5);
    }
  });
}

TEST(cross_entropy) {
  eachIsa([](const Kernels& k) {
    Random random(7, k.isa);
    const long rows = 3, cols = 50;
    Mat x(rows, cols, &random), before = x;
    const int targets[] = {0, -1, 49};
    double losses[3];
    std::vector<float> scratch((std::size_t)(2 * rows * PANEL));
    k.crossEntropy(x.panels(), rows, cols, targets, 0.5f, losses, scratch.data());
    for (long r = 0; r < rows; r++) {
      double total = 0;
      for (long c = 0; c < cols; c++) total += std::exp((double)before.at(r, c));
      CHECK_NEAR(losses[r], targets[r] < 0 ? 0 : std::log(total) - before.at(r, targets[r]), 1e-5);
      for (long c = 0; c < 64; c++) {
        double expected = c < cols && targets[r] >= 0 ? 0.5 * std::exp((double)before.at(r, c)) / total : 0;
        if (c == targets[r]) expected -= 0.5;
        CHECK_NEAR(x.at(r, c), expected, 1e-6);
      }
    }
  });
}
