// Linear layers with ReLU between, on dense features or on the mean of token embeddings.
#pragma once
#include "linear.h"

namespace w2s {

class Mlp : public CpuNetwork {
 public:
  Mlp(const Spec& spec, const CpuOptions& options, Pool& pool, const Kernels& kernels);
  void finish() override;
  void forward(const Batch& batch, bool keep, float* logits) override;
  void backward(const float* dLogits) override;
  double activationBytes() const override;
  long keptExamples() const override { return kept_; }
  double workOf(const Batch& batch) const override;

 private:
  /** One thread's examples: values[0] is the input, sums[i] = values[i] w + b, values[i + 1] = relu(sums[i]). */
  struct Part {
    long first = 0, count = 0;
    Rounding rounding;
    Buffer memory;
    std::vector<Panels> values, sums, slopes;
    std::vector<float> share;  // bag: 1 / number of tokens
  };
  void lay(Part& part, long first, long count);
  void carveRounding(Carver& carver, Part& part);
  void readInput(const Batch& batch, Part& part);

  std::vector<Linear> layers_;
  std::vector<long> widths_;
  int embeddings_ = -1;
  std::vector<Part> parts_;
  std::vector<Layers> threads_;
  std::vector<int> tokens_, offsets_;  // of the batch that was kept
  long kept_ = 0;                      // examples of a forward pass that waits for its backward
  int keptThreads_ = 1;
};

}  // namespace w2s
