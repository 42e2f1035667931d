// How a batch is shared out: a slice is a set of whole examples whose tokens one thread works on, packed without
// padding.
#pragma once
#include <vector>

#include "../../network.h"

namespace w2s {

struct Slice {
  std::vector<int> examples;  // their numbers in the batch
  std::vector<int> starts;    // first row of each, and one more: the number of rows
  long rows() const { return starts.empty() ? 0 : starts.back(); }
  long count() const { return (long)examples.size(); }
  long length(long i) const { return starts[i + 1] - starts[i]; }
};

/**
 * For training: rounds of one slice per thread, of nearly equal work, each round at most `mostRows` rows in all (but at
 * least one example a thread). A function of the lengths and the thread count alone, so that results repeat.
 */
std::vector<std::vector<Slice>> trainingRounds(const Batch& batch, int threads, long mostRows, double attentionCost);

/**
 * For inference: slices of nearly equal work, as many for every thread, of at most about `mostRows` rows; to be taken by
 * whichever thread is free.
 */
std::vector<Slice> inferenceSlices(const Batch& batch, int threads, long mostRows, double attentionCost);

}  // namespace w2s
