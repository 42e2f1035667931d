// The language head: next-token loss, scores of continuations. Logits over a large vocabulary are made for a block of
// rows at a time and never kept.
#include <algorithm>

#include "network.h"

namespace w2s::cuda {

CudaNetwork::Predictions CudaNetwork::predictions(const Batch& batch) const {
  Predictions p;
  int start = 0;
  for (long e = round_.first; e < round_.first + round_.given; e++) {
    for (long i = batch.firstTarget(e); i < batch.length(e); i++) {
      p.rows.push_back(start + (int)i - 1);
      p.targets.push_back(batch.tokens[batch.offsets[e] + i]);
    }
    start += (int)batch.length(e);
  }
  return p;
}

/** Rows of logits at a time: about 256 MB of them, or less where activations have to be few. */
long CudaNetwork::languageRows() const {
  const double floats = std::min(6.4e7, options_.activationBytes / 4);
  return (long)std::clamp(floats / (double)spec.vocabulary, 16.0, 8192.0);
}

/** The losses of the round's predictions, and for backward the gradient of the stream after the last block: dStream[0]. */
void CudaNetwork::speak() {
  const Speech& s = speech_;
  if (round_.keeps) zero(work_.dStream[0], (std::size_t)(round_.rows * spec.width) * sizeof(float));
  for (long from = 0; from < round_.predictions; from += s.rows) {
    const long rows = std::min(s.rows, round_.predictions - from);
    const int* map = round_.predictedRows + from;
    gatherRows(rowsOf(last_.x), map, rows, spec.width, rowsOf(s.in.x));
    normForward(normed(layout_.norm, s.in, rows), s.normed);
    head(s.normed, rows, s.logits);
    crossEntropy(s.logits, round_.targets + from, rows, spec.vocabulary, round_.scale, s.losses + from);
    if (round_.keeps) speakBackward(map, rows);
  }
}

void CudaNetwork::speakBackward(const int* map, long rows) const {
  headBackward(speech_.normed, speech_.logits, rows, work_.dNormed);
  if (!trainsNorm()) return;
  backwardNorm(layout_.norm, speech_.in, rows, work_.dNormed, work_.dNormed, nullptr);
  scatterRows(rowsOf(work_.dNormed), map, rows, spec.width, rowsOf(work_.dStream[0]), false);
}

template <typename F>
std::vector<float> CudaNetwork::losses(const Batch& batch, bool keeps, F pass) {
  long all = 0;
  for (long i = 0; i < batch.n; i++) all += std::max(0l, batch.length(i) - batch.firstTarget(i));
  std::vector<float> losses((std::size_t)all);
  const Purpose purpose{false, keeps, true, rowsBudget(), all ? 1.0f / (float)all : 0.0f};
  long from = 0;
  ferry_.drop();
  for (const Examples& part : split(batch, rowsBudget())) {
    begin(batch, part, purpose);
    pass();
    ferry_.out(losses.data() + from, speech_.losses, (std::size_t)round_.predicted * sizeof(float));
    from += round_.predicted;
  }
  ferry_.finish();
  return losses;
}

double CudaNetwork::languageGradients(const Batch& batch) {
  if (spec.head != Head::language) return Network::languageGradients(batch);
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  beginGradients();
  const std::vector<float> all = losses(batch, true, [&] {
    run(Doing::language, [&] {
      forwardBlocks(spec.layers);
      speak();
      backwardBlocks();
      embeddingGradients();
    });
  });
  double total = 0;
  for (const float loss : all) total += loss;
  return all.empty() ? 0.0 : total / (double)all.size();
}

void CudaNetwork::score(const Batch& batch, float* out) {
  if (spec.head != Head::language) return Network::score(batch, out);
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  const std::vector<float> all = losses(batch, false, [&] {
    run(Doing::scores, [&] {
      forwardBlocks(spec.layers);
      speak();
    });
  });
  auto next = all.begin();
  for (long e = 0; e < batch.n; e++) {
    double sum = 0;
    for (long i = batch.firstTarget(e); i < batch.length(e); i++) sum -= *next++;
    out[e] = (float)sum;
  }
}

}  // namespace w2s::cuda
