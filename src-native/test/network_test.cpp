// Whole models: gradients against finite differences, and properties that hold to the bit.
#include <cmath>
#include <cstring>

#include "fixture.h"

using namespace w2s;
using namespace w2s::test;

namespace {

/** Each tensor along a random direction: (L(w + e u) - L(w - e u)) / 2e against g . u. */
void checkDirections(const std::string& name, Fixture& f, const std::function<double()>& loss) {
  const auto gradients = f.read(true), weights = f.read(false);
  const std::vector<Placed>& tensors = f.network->parameters.tensors();
  Random random(3, name);
  for (std::size_t i = 0; i < tensors.size(); i++) {
    if (tensors[i].name.ends_with("k.bias") && f.network->spec.positions) continue;  // exactly zero
    std::vector<float> direction(weights[i].size()), moved = weights[i];
    double expected = 0, size = 0;
    for (std::size_t j = 0; j < moved.size(); j++) {
      direction[j] = (float)random.normal();
      expected += (double)direction[j] * gradients[i][j];
      size += (double)gradients[i][j] * gradients[i][j];
    }
    auto at = [&](float step) {
      for (std::size_t j = 0; j < moved.size(); j++) moved[j] = weights[i][j] + step * direction[j];
      f.network->load((long)i, moved.data(), false);
      f.network->loaded();
      return loss();
    };
    const float step = 2e-3f;
    const double got = (at(step) - at(-step)) / (2 * (double)step);
    if (std::fabs(got - expected) > 0.02 * std::sqrt(size) + 1e-3)
      test::fail(__FILE__, __LINE__,
                 name + ", " + tensors[i].name + ": " + std::to_string(expected) + ", by finite differences " +
                     std::to_string(got));
    at(0);
  }
}

}  // namespace

TEST(gradients_are_those_of_finite_differences) {
  for (const auto& [name, spec] : specs()) {
    Fixture f(spec);
    f.gradients();
    checkDirections(name, f, [&] { return f.loss(); });
  }
}

TEST(language_gradients_are_those_of_finite_differences) {
  for (bool tied : {false, true}) {
    Spec s = transformer();
    s.head = Head::language, s.tied = tied;
    Fixture f(s);
    f.from = {2, 1, 1, 10, 9};
    f.batch.from = f.from.data();
    f.network->languageGradients(f.batch);
    checkDirections(tied ? "tied" : "untied", f, [&] {
      std::vector<float> scores(5);
      f.network->score(f.batch, scores.data());
      return -((double)scores[0] + scores[3]) / (3 + 24);
    });
  }
}

TEST(last_token_logits_of_a_language_head_have_gradients) {
  for (bool tied : {false, true})
    for (bool shortcut : {false, true}) {
      Spec s = transformer();
      s.head = Head::language, s.tied = tied, s.shortcut = shortcut;
      Fixture f(s);
      f.gradients();
      checkDirections("language logits", f, [&] { return f.loss(); });
    }
}

namespace {

void checkSplits(const Spec& spec, bool bf16) {
  CpuOptions options;
  options.precision = bf16 ? Precision::bf16 : Precision::fp32;
  Fixture one(spec, 1, options);
  const auto logits = one.forward(false);
  one.gradients();
  const auto expected = one.read(true);
  for (int threads : {1, 2, 3, 8})
    for (int shared : {0, 1})
      for (double bytes : {1e9, 1.0}) {
        options.sharedGradients = shared, options.activationBytes = bytes;
        Fixture f(spec, threads, options);
        CHECK(f.forward(false) == logits);  // to the bit: no row depends on another
        f.gradients();
        const auto got = f.read(true);
        for (std::size_t i = 0; i < got.size(); i++)
          for (std::size_t j = 0; j < got[i].size(); j++) CHECK_NEAR(got[i][j], expected[i][j], 2e-4);
      }
}

}  // namespace

TEST(everything_agrees_however_the_work_is_split) {
  for (const auto& [name, spec] : specs())
    for (bool bf16 : precisions()) checkSplits(spec, bf16);
}

TEST(threads_are_taken_by_the_work_of_a_batch) {
  CpuOptions options;
  options.threadWork = 1e7;
  for (const auto& [name, spec] : specs()) {
    Fixture f(spec, 3, options), all(spec, 3);
    f.forward(true);
    CHECK(f.pool.size() == 1);
    Random random(5, name);
    const std::vector<int> lengths(40, 30);
    f.draw(lengths, random);
    f.dLogits.resize((std::size_t)(f.batch.n * f.network->outputs()), 0.5f);
    // Each step with the threads that its own batch is worth, whatever came between.
    for (int step = 0; step < 3; step++) {
      f.forward(true);
      CHECK(f.pool.size() == (spec.family == Family::bag ? 1 : 3));
      const int taken = f.pool.size();
      f.pool.use(1);
      f.network->backward(f.dLogits.data());
      CHECK(f.pool.size() == taken);
      f.network->step(UPDATE);
    }
    f.draw({1}, random);
    f.forward(false);
    CHECK(f.pool.size() == 1);
    all.forward(true);
    CHECK(all.pool.size() == 3);
  }
}

TEST(bf16_is_near_single_precision_and_not_the_same) {
  for (const auto& [name, spec] : specs())
    for (bool bf16 : precisions()) {
      CpuOptions options;
      options.precision = bf16 ? Precision::bf16 : Precision::fp32;
      Fixture exact(spec), f(spec, 2, options);
      const auto expected = exact.forward(false), got = f.forward(false);
      double off = 0, largest = 0;
      for (std::size_t i = 0; i < got.size(); i++) {
        off = std::max(off, std::fabs((double)got[i] - expected[i]));
        largest = std::max(largest, std::fabs((double)expected[i]));
      }
      CHECK((off > 0) == bf16);
      CHECK(off < 0.03 * largest);
    }
}

TEST(training_repeats_to_the_bit) {
  for (const auto& [name, spec] : specs())
    for (bool bf16 : precisions()) {
      CpuOptions options;
      options.precision = bf16 ? Precision::bf16 : Precision::fp32;
      std::vector<std::vector<float>> results[2];
      for (auto& result : results) {
        Fixture f(spec, 3, options);
        for (int step = 0; step < 4; step++) {
          f.gradients();
          f.network->step(UPDATE);
        }
        result = f.read(false);
      }
      CHECK(results[0] == results[1]);
    }
}

TEST(rows_that_wait_have_the_bits_of_rows_that_do_not) {
  for (const auto& [name, spec] : specs()) {
    std::vector<std::vector<float>> results[2];
    for (bool wait : {false, true}) {
      Fixture f(spec, 2);
      Random random(11, name);
      for (int step = 0; step < 12; step++) {
        f.draw({2, 1, 0, 1, 2}, random);  // few of the 23 rows each time
        f.gradients();
        f.network->step(UPDATE);
        if (!wait) f.network->optimiser.catchUpAll();
      }
      results[wait] = f.read(false);
    }
    CHECK(results[0] == results[1]);
  }
}

namespace {

void checkFreezing(bool bf16) {
  Spec spec = transformer();
  spec.layers = 3;
  CpuOptions options;
  options.precision = bf16 ? Precision::bf16 : Precision::fp32;
  Fixture all(spec, 2, options);
  all.gradients();
  const auto expected = all.read(true);
  for (long blocks : {0l, 1l, 2l, 3l}) {
    spec.trainable = {false, blocks};
    Fixture f(spec, 2, options);
    const auto before = f.read(false);
    f.gradients();
    const auto got = f.read(true);
    f.network->step(UPDATE);
    const auto after = f.read(false);
    const std::vector<Placed>& tensors = f.network->parameters.tensors();
    for (std::size_t i = 0; i < tensors.size(); i++) {
      const std::string& name = tensors[i].name;
      const bool inBlock = name.starts_with("blocks.") && std::stol(name.substr(7)) >= 3 - blocks;
      const bool learns = name.starts_with("head") || inBlock || (blocks && name.starts_with("norm"));
      CHECK((before[i] != after[i]) == learns);
      for (std::size_t j = 0; j < got[i].size(); j++) CHECK_NEAR(got[i][j], learns ? expected[i][j] : 0, 1e-4);
    }
  }
}

}  // namespace

TEST(frozen_blocks_stay_and_the_others_learn_as_ever) {
  for (bool bf16 : precisions()) checkFreezing(bf16);
}

TEST(nothing_to_train_takes_steps_all_the_same) {
  Spec s = transformer();
  s.head = Head::language, s.tied = true, s.trainable = {false, 0};
  Fixture f(s);
  const auto before = f.read(false);
  for (int step = 0; step < 2; step++) {
    f.network->languageGradients(f.batch);
    f.network->step(UPDATE);
  }
  CHECK(f.read(false) == before);
}

TEST(generation_takes_the_place_of_a_kept_forward) {
  Spec s = transformer();
  s.head = Head::language;
  Fixture f(s, 2, {}, {5, 1, 9});
  f.forward(true);
  f.network->generate(f.batch, 2, -1);
  CHECK_THROWS(f.network->backward(f.dLogits.data()), "without a forward");
}

TEST(misuse_is_named) {
  Fixture f(transformer());
  CHECK_THROWS(f.network->backward(f.dLogits.data()), "without a forward");
  CHECK_THROWS(f.network->step(UPDATE), "before any gradients");
  f.tokens[3] = 23;
  CHECK_THROWS(f.forward(false), "example 0: expected token ids under 23, got 23");
  f.tokens[3] = -1;
  CHECK_THROWS(f.forward(false), "got -1");
  f.tokens[3] = 0;
  Random random(1, "long");
  f.draw({41}, random);
  CHECK_THROWS(f.forward(false), "example 0: expected at most 40 tokens, got 41");
  float score;
  CHECK_THROWS(f.network->score(f.batch, &score), "no language head");
  CpuOptions bf16;
  bf16.precision = Precision::bf16;
  CHECK_THROWS(createCpuNetwork(transformer(), bf16, f.pool, *chooseKernels("baseline")), "precision: expected \"fp32\"");
  Spec s = transformer();
  s.kvHeads = 3;
  CHECK_THROWS(check(s), "kvHeads: expected a divisor of heads (2), got 3");
}
