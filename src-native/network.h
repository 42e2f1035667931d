// The seam of the engine: what a model is to napi/ and to the tests, whatever computes it. cpu/ and cuda/ each have their
// own layout of weights and activations behind it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "spec.h"

namespace w2s {

/** `n` examples: dense features [n, input], or tokens[offsets[i] .. offsets[i + 1]) for example i. */
struct Batch {
  long n = 0;
  const float* dense = nullptr;
  const int* tokens = nullptr;
  const int* offsets = nullptr;
  /** Language calls: the first predicted token of each example (at least 1); null: predict from token 1 on. */
  const int* from = nullptr;

  long length(long i) const { return offsets[i + 1] - offsets[i]; }
  /** The first token of example i that language calls predict. */
  long firstTarget(long i) const { return from && from[i] > 1 ? from[i] : 1; }
};

/** Of the factors of linear layers (but not the head of classes); sums, weights and all else are in single precision. */
enum class Precision { fp32, tf32, bf16 };

struct Options {
  /** Activations kept for backward, in bytes; a batch that needs more is cut into micro-batches. */
  double activationBytes = 1e9;
  Precision precision = Precision::fp32;
  /** Whether AdamW's moments are kept in bf16: half their memory. Not on the CPU. */
  bool halfMoments = false;
};

/** One update; clipNorm 0: no clipping. */
struct AdamW {
  double lr, beta1, beta2, eps, weightDecay, clipNorm;
};

/** Bytes. */
struct Memory {
  double weights = 0, mirrors = 0, gradients = 0, moments = 0, activations = 0;
};

struct Init {
  enum Kind { zeros, ones, normal } kind = zeros;
  float deviation = 0;
  static Init gaussian(double deviation) { return {normal, (float)deviation}; }
};

/** A named weight as the outside sees it, row-major. */
struct Tensor {
  std::string name;
  std::vector<long> shape;
  Init init;

  long count() const;
};

/** One model. Calls come one after another. Every failure is an exception; bad arguments are std::invalid_argument. */
class Network {
 public:
  explicit Network(const Spec& spec) : spec(spec) {}
  virtual ~Network() = default;
  Network(const Network&) = delete;

  /** logits: [n, outputs()]. keep: remember what backward needs. */
  virtual void forward(const Batch& batch, bool keep, float* logits) = 0;
  /** Examples of the forward pass that waits for its backward; 0: none. */
  virtual long keptExamples() const = 0;
  /** Floating-point operations of a forward pass, about; a backward pass has twice as many. */
  virtual double workOf(const Batch& batch) const = 0;
  /** After a forward that kept: gradients of every trained weight from dLogits [n, outputs()]. */
  virtual void backward(const float* dLogits) = 0;
  /** The mean next-token loss in nats over all predicted tokens, with gradients. */
  virtual double languageGradients(const Batch& batch);
  /** Log-likelihood in nats of each example's tokens from `from` on, given those before. */
  virtual void score(const Batch& batch, float* out);
  /** out: [n, width]: what the head would read from the hidden state after `layer` blocks. */
  virtual void features(const Batch& batch, long layer, float* out);
  /** Appends up to `most` greedily chosen tokens to each example, ending early at token `stop` (kept; -1: never). */
  virtual std::vector<std::vector<int>> generate(const Batch& batch, long most, int stop);

  /** The global norm of the gradients before clipping. */
  virtual double step(const AdamW& update) = 0;
  /** Updates since the weights were made or loaded. */
  virtual long updates() const = 0;

  virtual long tensorCount() const = 0;
  virtual const Tensor& tensor(long index) const = 0;
  /** Numbers that an update goes through, padding included. */
  virtual long weightCount() const = 0;
  /** Every tensor in order, row-major, into memory of its count(). */
  virtual void save(const std::vector<float*>& memory) = 0;
  /** The gradients of the last call, likewise; zeros for frozen tensors. */
  virtual void gradients(const std::vector<float*>& memory) = 0;
  /** A moment of every tensor, likewise; zeros for frozen tensors. */
  virtual void moments(bool second, const std::vector<float*>& memory) = 0;
  /**
   * Overwrites one tensor; to be followed, once all are loaded, by loaded(): the optimiser starts anew.
   * transposed: `values` is [out, in], as the linear layers of most checkpoints are.
   */
  virtual void load(long index, const float* values, bool transposed) = 0;
  virtual void loaded() = 0;
  /** The optimiser goes on after so many updates, with moments in the order of the tensors. */
  virtual void restore(long updates, const std::vector<const float*>& first,
                       const std::vector<const float*>& second) = 0;
  virtual Memory memory() const = 0;

  long outputs() const { return spec.head == Head::language ? spec.vocabulary : spec.classes; }

  const Spec spec;
};

/** Random weights, every tensor from its own stream of numbers: adding one elsewhere changes nothing here. */
void initialise(Network& network, std::uint64_t seed);

/** Checks token ids and lengths. @throws std::invalid_argument naming the example. `most`: longest length, 0: any. */
void checkTokens(const Batch& batch, long vocabulary, long most);

}  // namespace w2s
