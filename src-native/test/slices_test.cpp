// How batches are shared out, and that predictions do not depend on it.
#include <cstring>

#include "../cpu/model/slices.h"
#include "fixture.h"

using namespace w2s;
using namespace w2s::test;

namespace {

/** Examples of these lengths; only the lengths matter. */
struct Lengths {
  std::vector<int> offsets{0};
  Batch batch;
  explicit Lengths(const std::vector<int>& lengths) {
    for (int n : lengths) offsets.push_back(offsets.back() + n);
    batch = {(long)lengths.size(), nullptr, nullptr, offsets.data(), nullptr};
  }
};

}  // namespace

TEST(a_batch_of_short_texts_has_a_slice_for_every_thread) {
  std::vector<int> lengths;
  for (int i = 0; i < 32; i++) lengths.push_back(3 + i * 7 % 24);  // some 480 rows, fewer than a slice may have
  const Lengths texts(lengths);
  for (int threads : {1, 2, 5, 16}) {
    const std::vector<Slice> slices = inferenceSlices(texts.batch, threads, 512, 0.001);
    CHECK((int)slices.size() == threads);
    std::vector<int> seen(lengths.size(), 0);
    const double fair = (double)texts.offsets.back() / threads;
    for (const Slice& slice : slices) {
      CHECK((double)slice.rows() <= fair + 26 && (double)slice.rows() >= fair - 26);
      for (int example : slice.examples) seen[(std::size_t)example]++;
    }
    for (int times : seen) CHECK(times == 1);
  }
}

TEST(slices_are_at_most_so_large_and_never_empty) {
  const Lengths texts(std::vector<int>(100, 50));
  const std::vector<Slice> slices = inferenceSlices(texts.batch, 3, 512, 0.001);
  CHECK(slices.size() == 12);  // 5,000 rows: four rounds of three
  for (const Slice& slice : slices) CHECK(slice.rows() <= 512);
  CHECK(inferenceSlices(Lengths({4, 9}).batch, 8, 512, 0.001).size() == 2);
  CHECK(inferenceSlices(Lengths({}).batch, 8, 512, 0.001).empty());
}

TEST(predictions_have_the_same_bits_in_pieces_of_every_size) {
  for (bool bf16 : precisions())
    for (const auto& [name, spec] : specs()) {
      CpuOptions options;
      options.precision = bf16 ? Precision::bf16 : Precision::fp32;
      Fixture f(spec, 3, options, {5, 1, 0, 34, 9, 17, 2, 30, 12, 3});
      const std::vector<float> whole = f.forward(false);
      const long outputs = f.network->outputs();
      for (long size : {1l, 2l, 3l, 7l})
        for (long first = 0; first < f.batch.n; first += size) {
          const long count = std::min(size, f.batch.n - first);
          std::vector<int> offsets;
          for (long i = first; i <= first + count; i++) offsets.push_back(f.offsets[i] - f.offsets[first]);
          const Batch piece{count, nullptr, f.tokens.data() + f.offsets[first], offsets.data(), nullptr};
          std::vector<float> logits((std::size_t)(count * outputs));
          f.network->forward(piece, false, logits.data());
          if (std::memcmp(logits.data(), whole.data() + first * outputs, logits.size() * sizeof(float)))
            test::fail(__FILE__, __LINE__, name + ": other bits in pieces of " + std::to_string(size));
        }
    }
}
