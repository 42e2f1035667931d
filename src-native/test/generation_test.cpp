// Greedy generation against scores, token by token.
#include "fixture.h"

using namespace w2s;
using namespace w2s::test;

namespace {

/** Each generated token against all others, by scores of the whole sequence. */
void checkGeneration(Fixture& f) {
  const auto made = f.network->generate(f.batch, 8, -1);
  for (long e = 0; e < f.batch.n; e++) {
    CHECK(made[e].size() == 8);
    std::vector<int> sequence(f.tokens.begin() + f.offsets[e], f.tokens.begin() + f.offsets[e + 1]);
    for (int token : made[e]) {
      float best = -1e30f;
      int choice = -1;
      for (int other = 0; other < f.network->spec.vocabulary; other++) {
        sequence.push_back(other);
        const int offsets[] = {0, (int)sequence.size()}, from[] = {(int)sequence.size() - 1};
        float score;
        f.network->score({1, nullptr, sequence.data(), offsets, from}, &score);
        if (score > best) best = score, choice = other;
        sequence.pop_back();
      }
      CHECK(choice == token);
      sequence.push_back(token);
    }
  }
}

}  // namespace

TEST(generation_takes_the_tokens_that_score_best) {
  for (auto [name, base] : specs()) {
    if (base.family != Family::transformer || !base.causal || base.pooling != Pooling::last) continue;
    base.head = Head::language, base.tied = name == "llama";
    for (bool bf16 : precisions()) {
      CpuOptions options;
      options.precision = bf16 ? Precision::bf16 : Precision::fp32;
      Fixture f(base, 3, options, {5, 1, 3, 20, 9});
      checkGeneration(f);
    }
  }
}

TEST(generation_ends_where_positions_do) {
  Spec s = transformer();
  s.head = Head::language;
  Fixture f(s, 2, {}, {38, 40});
  const auto made = f.network->generate(f.batch, 10, -1);
  CHECK(made[0].size() == 3);
  CHECK(made[1].size() == 1);
}
