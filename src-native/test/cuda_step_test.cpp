// A step on the card: nothing is allocated in it, and what a pass is laid out for beyond its texts is not to be seen.
#include <algorithm>
#include <cmath>
#include <set>

#include "../cuda/device/emulate.h"
#include "../cuda/device/turns.h"
#include "card.h"

using namespace w2s;
using test::Card;
using test::same;
using test::Tensors;
using test::Texts;
using test::transformers;

namespace {

const std::vector<int> LENGTHS{5, 1, 0, 20, 9};

/** How far moments in bf16 may lead a tensor off, as a part of its way; .002 to .0054 were seen. */
constexpr double HALF_MOMENTS = 0.01;

}  // namespace

TEST(what_a_pass_is_laid_out_for_beyond_its_texts_changes_no_bit) {
  for (const auto& [name, spec] : transformers()) {
    const Texts texts(LENGTHS, spec), others({3, 7}, spec);
    std::vector<float> said, weights;
    for (const double room : {1.0, 1.5, 3.0}) {
      Card card(spec, {}, {.room = room});
      std::vector<float> now = card.step(texts.batch());
      const std::vector<float> then = card.step(others.batch());
      now.insert(now.end(), then.begin(), then.end());
      if (room > 1 && !same(now, said)) test::fail(__FILE__, __LINE__, name + ": says something else");
      if (room > 1 && !same(card.weights(), weights)) test::fail(__FILE__, __LINE__, name + ": other weights");
      said = now, weights = card.weights();
    }
  }
}

TEST(a_step_on_the_card_allocates_nothing) {
  const Spec spec = test::transformer();
  Card card(spec);
  Random random(8, "ragged");
  auto ragged = [&] {
    std::vector<int> lengths;
    for (int i = 0; i < 4; i++) lengths.push_back((int)(random.next() % 12));
    return Texts(lengths, spec, random.next());
  };
  card.step(ragged().batch());
  const long before = cuda::emulated::allocations();
  cuda::emulated::setOrders(1);
  for (int i = 0; i < 20; i++) card.step(ragged().batch());
  cuda::emulated::setOrders(3);
  CHECK(cuda::emulated::allocations() == before);
}

/** Batches of two capacities in turn, each often enough to be recorded; another rate and more texts each time. */
TEST(recorded_passes_give_what_kernels_give_one_by_one) {
  for (const auto& [name, spec] : transformers()) {
    std::vector<float> said[2], weights[2];
    for (const bool graphs : {false, true}) {
      Card card(spec, {}, {.graphs = graphs});
      cuda::emulated::setOrders(1);
      for (int i = 0; i < 8; i++) {
        std::vector<int> lengths(1 + i / 2, 1);
        lengths.push_back(i % 2 ? 30 : 3);
        const Texts texts(lengths, spec, 20 + i);
        const std::vector<float> now = card.step(texts.batch(), 0.01 / (i + 1));
        said[graphs].insert(said[graphs].end(), now.begin(), now.end());
      }
      cuda::emulated::setOrders(3);
      weights[graphs] = card.weights();
    }
    if (!same(said[0], said[1])) test::fail(__FILE__, __LINE__, name + ": says something else");
    if (!same(weights[0], weights[1])) test::fail(__FILE__, __LINE__, name + ": other weights");
  }
}

namespace {

/** What a model of language says and makes of texts twice, in batches that come in turn. */
std::vector<float> spoken(const Spec& spec, const cuda::Settings& settings) {
  Card card(spec, {}, settings);
  std::vector<float> said;
  for (int i = 0; i < 6; i++) {
    const Texts texts(i % 2 ? std::vector<int>{5, 1, 20, 9, 2} : std::vector<int>{3, 7}, spec, 30 + i);
    Batch batch = texts.batch();
    std::vector<float> scores((std::size_t)batch.n), features((std::size_t)(batch.n * spec.width));
    const std::vector<int> from((std::size_t)batch.n, 1 + i % 3);
    batch.from = from.data();
    card.network->score(batch, scores.data());
    said.insert(said.end(), scores.begin(), scores.end());
    for (long layer = 0; layer <= spec.layers; layer++) {
      card.network->features(texts.batch(), layer, features.data());
      said.insert(said.end(), features.begin(), features.end());
    }
    for (const auto& tokens : card.network->generate(texts.batch(), 12, i == 5 ? 3 : -1)) {
      said.push_back((float)tokens.size());
      said.insert(said.end(), tokens.begin(), tokens.end());
    }
  }
  return said;
}

}  // namespace

/** Scores, features of every layer, and generation, whose texts end one by one. */
TEST(what_is_asked_of_recorded_passes_is_what_kernels_give_one_by_one) {
  for (const bool turned : {false, true}) {
    Spec spec = test::transformer();
    spec.head = Head::language, spec.tied = !turned;
    if (turned) spec.positions = 0, spec.rotary = 4;
    cuda::emulated::setOrders(1);
    const long before = cuda::emulated::passes();
    const std::vector<float> plain = spoken(spec, {.graphs = false});
    CHECK(cuda::emulated::passes() == before);
    CHECK(same(spoken(spec, {}), plain));
    // At least ten of each generation's twelve tokens; two thirds of scores, and of features of each layer.
    CHECK(cuda::emulated::passes() - before >= 5 * 10 + 4 * (2 + spec.layers));
    CHECK(same(spoken(spec, {.room = 1.7}), plain));
    cuda::emulated::setOrders(3);
  }
}

/** Every token has a twin further on that is as likely; the vocabulary is no multiple of the kernel's lanes. */
TEST(generation_on_the_card_takes_the_first_of_tokens_that_are_as_likely) {
  Spec spec = test::transformer();
  spec.head = Head::language, spec.tied = true;
  spec.vocabulary = 300;
  const int half = (int)spec.vocabulary / 2;
  Card card(spec), plain(spec, {}, {.graphs = false});
  Tensors weights = card.tensors();
  for (std::size_t i = 0; i < weights.size(); i++) {
    std::vector<float>& values = weights[i];
    if (card.network->tensor((long)i).name == "tokens.weight")
      std::copy_n(values.begin(), half * spec.width, values.begin() + half * spec.width);
    for (const Card* each : {&card, &plain}) each->network->load((long)i, values.data(), false);
  }
  card.network->loaded(), plain.network->loaded();
  const Texts texts({5, 1, 20, 9, 2}, spec);
  const auto made = card.network->generate(texts.batch(), 12, -1);
  CHECK(made == plain.network->generate(texts.batch(), 12, -1));
  std::set<int> different;
  for (const auto& tokens : made) different.insert(tokens.begin(), tokens.end());
  CHECK(different.size() > 5 && *different.rbegin() < half);
}

/** In micro-batches, which go in and come out while others are computed, in other turns of the queues each time. */
TEST(what_goes_in_and_comes_out_beside_the_work_is_whole) {
  const Spec spec = test::transformer();
  std::vector<int> lengths;
  for (int i = 0; i < 12; i++) lengths.push_back(1 + i % 5);
  const Texts texts(lengths, spec), others({7, 2, 9, 1, 8, 3, 3, 6}, spec, 4);
  std::vector<float> said, weights;
  cuda::emulated::setOrders(1);
  for (unsigned seed = 1; seed <= 12; seed++) {
    cuda::emulated::setSeed(seed);
    Card card(spec, {.activationBytes = 2e4});
    std::vector<float> now;
    for (int i = 0; i < 4; i++) {
      const std::vector<float> step = card.step(i % 2 ? others.batch() : texts.batch());
      now.insert(now.end(), step.begin(), step.end());
    }
    if (seed == 1) said = now, weights = card.weights();
    CHECK(same(now, said));
    CHECK(same(card.weights(), weights));
  }
  cuda::emulated::setOrders(3);
}

TEST(moments_in_bf16_take_half_the_memory_and_follow_those_in_single_precision) {
  const Spec spec = test::transformer();
  const Texts texts(LENGTHS, spec);
  Card exact(spec), rounded(spec, {.halfMoments = true});
  const Tensors start = exact.tensors();
  for (int i = 0; i < 12; i++) exact.step(texts.batch()), rounded.step(texts.batch());
  CHECK(2 * rounded.network->memory().moments == exact.network->memory().moments);
  const Tensors ours = rounded.tensors(), theirs = exact.tensors();
  for (std::size_t i = 0; i < start.size(); i++) {
    const std::string name = exact.network->tensor((long)i).name;
    // A bias of keys moves all scores of a query alike: what AdamW makes of its gradient is rounding alone.
    if (name.ends_with("k.bias")) continue;
    double off = 0, way = 0;
    for (std::size_t j = 0; j < start[i].size(); j++) {
      off += std::pow((double)ours[i][j] - theirs[i][j], 2);
      way += std::pow((double)theirs[i][j] - start[i][j], 2);
    }
    CHECK(off > 0);
    if (std::sqrt(off / way) > HALF_MOMENTS) test::fail(__FILE__, __LINE__, name + ": goes elsewhere");
  }
}

TEST(moments_in_bf16_are_drawn_anew_in_every_recorded_update_and_go_on_to_the_bit_where_they_were_taken) {
  const Spec spec = test::transformer();
  const Texts texts(LENGTHS, spec);
  Card recorded(spec, {.halfMoments = true}), plain(spec, {.halfMoments = true}, {.graphs = false});
  for (int i = 0; i < 5; i++) recorded.step(texts.batch()), plain.step(texts.batch());
  CHECK(same(recorded.weights(), plain.weights()));
  Card resumed(spec, {.halfMoments = true});
  resumed.take(recorded);
  CHECK(resumed.tensors(2) == recorded.tensors(2));
  for (int i = 0; i < 5; i++) recorded.step(texts.batch()), resumed.step(texts.batch());
  CHECK(same(recorded.weights(), resumed.weights()));
  CHECK(recorded.tensors(1) == resumed.tensors(1));
  CHECK(recorded.tensors(2) == resumed.tensors(2));
}
