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
      p.examples.push_back((int)e);
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

template <typename F>
void CudaNetwork::eachBlock(const Predictions& p, float scale, F done) {
  const Speech& s = speech_;
  const long all = (long)p.rows.size();
  std::vector<float> losses((std::size_t)s.rows);
  for (long from = 0; from < all; from += s.rows) {
    const long rows = std::min(s.rows, all - from);
    const int* map = round_.predictedRows + from;
    gatherRows(rowsOf(last_.x), map, rows, spec.width, rowsOf(s.in.x));
    normForward(normed(layout_.norm, s.in, rows), s.normed);
    head(s.normed, rows, s.logits);
    crossEntropy(s.logits, round_.targets + from, rows, spec.vocabulary, scale, s.losses);
    copyOut(losses.data(), s.losses, (std::size_t)rows * sizeof(float));
    done(from, rows, losses, map);
  }
}

double CudaNetwork::languageGradients(const Batch& batch) {
  if (spec.head != Head::language) return Network::languageGradients(batch);
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  long predicted = 0;
  for (long i = 0; i < batch.n; i++) predicted += std::max(0l, batch.length(i) - batch.firstTarget(i));
  const float scale = predicted ? 1.0f / (float)predicted : 0.0f;
  beginGradients();
  double total = 0;
  for (const Examples& part : split(batch, rowsBudget())) {
    begin(batch, part, {false, true, true, rowsBudget()});
    run(Doing::blocks, [&] { forwardBlocks(spec.layers); });
    float* dLast = work_.dStream[0];
    zero(dLast, (std::size_t)(round_.rows * spec.width) * sizeof(float));
    eachBlock(predictions(batch), scale,
              [&](long, long rows, const std::vector<float>& losses, const int* map) {
                for (long r = 0; r < rows; r++) total += losses[r];
                headBackward(speech_.normed, speech_.logits, rows, work_.dNormed);
                if (!trainsNorm()) return;
                backwardNorm(layout_.norm, speech_.in, rows, work_.dNormed, work_.dNormed, nullptr);
                scatterRows(rowsOf(work_.dNormed), map, rows, spec.width, rowsOf(dLast), false);
              });
    run(Doing::backwardBlocks, [&] {
      backwardBlocks();
      embeddingGradients();
    });
  }
  return predicted ? total / (double)predicted : 0.0;
}

void CudaNetwork::score(const Batch& batch, float* out) {
  if (spec.head != Head::language) return Network::score(batch, out);
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  std::vector<double> sums((std::size_t)batch.n, 0.0);
  for (const Examples& part : split(batch, rowsBudget())) {
    begin(batch, part, {false, false, true, rowsBudget()});
    run(Doing::blocks, [&] { forwardBlocks(spec.layers); });
    const Predictions p = predictions(batch);
    eachBlock(p, 0, [&](long from, long rows, const std::vector<float>& losses, const int*) {
      for (long r = 0; r < rows; r++) sums[p.examples[from + r]] -= losses[r];
    });
  }
  for (long i = 0; i < batch.n; i++) out[i] = (float)sums[i];
}

}  // namespace w2s::cuda
