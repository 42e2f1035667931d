#include "slices.h"

#include <algorithm>
#include <numeric>

namespace w2s {

namespace {

void append(Slice& slice, const Batch& batch, int example) {
  if (slice.starts.empty()) slice.starts.push_back(0);
  slice.examples.push_back(example);
  slice.starts.push_back(slice.starts.back() + (int)batch.length(example));
}

/** Gives the examples, longest first, each to the thread with the least work so far. */
std::vector<Slice> balance(const Batch& batch, std::vector<int> examples, int threads, double attentionCost) {
  std::stable_sort(examples.begin(), examples.end(), [&](int a, int b) { return batch.length(a) > batch.length(b); });
  std::vector<std::vector<int>> parts((std::size_t)threads);
  std::vector<double> work((std::size_t)threads, 0.0);
  for (int e : examples) {
    const std::size_t least = (std::size_t)(std::min_element(work.begin(), work.end()) - work.begin());
    const double length = (double)batch.length(e);
    work[least] += 1 + length * (1 + attentionCost * length);
    parts[least].push_back(e);
  }
  std::vector<Slice> slices((std::size_t)threads);
  for (int t = 0; t < threads; t++) {
    std::sort(parts[t].begin(), parts[t].end());
    for (int e : parts[t]) append(slices[t], batch, e);
  }
  return slices;
}

}  // namespace

std::vector<std::vector<Slice>> trainingRounds(const Batch& batch, int threads, long mostRows, double attentionCost) {
  std::vector<std::vector<Slice>> rounds;
  std::vector<int> examples;
  long rows = 0;
  auto close = [&] {
    if (!examples.empty()) rounds.push_back(balance(batch, std::move(examples), threads, attentionCost));
    examples.clear();
    rows = 0;
  };
  for (int e = 0; e < batch.n; e++) {
    if ((int)examples.size() >= threads && rows + batch.length(e) > mostRows) close();
    examples.push_back(e);
    rows += batch.length(e);
  }
  close();
  return rounds;
}

std::vector<Slice> inferenceSlices(const Batch& batch, int threads, long mostRows, double attentionCost) {
  std::vector<int> examples((std::size_t)batch.n);
  std::iota(examples.begin(), examples.end(), 0);
  const long rounds = std::max(1l, (batch.offsets[batch.n] + threads * mostRows - 1) / (threads * mostRows));
  std::vector<Slice> slices = balance(batch, std::move(examples), (int)std::min(rounds * threads, batch.n), attentionCost);
  // The largest first, so that the last ones taken are small.
  std::stable_sort(slices.begin(), slices.end(), [](const Slice& a, const Slice& b) { return a.rows() > b.rows(); });
  return slices;
}

}  // namespace w2s
