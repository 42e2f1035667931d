// What every family of models offers to the outside (napi/ and the tests).
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "../optimiser/optimiser.h"
#include "../pool/pool.h"
#include "parameters.h"
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
};

struct Options {
  /** Activations kept for backward, in bytes; a batch that needs more is cut into micro-batches. */
  double activationBytes = 1e9;
  /** 1: one gradient for all threads, 0: one each, -1: by the size of the model. */
  int sharedGradients = -1;
  /** Linear layers (but not the head of classes) multiply factors rounded to bf16; the processor must have it. */
  bool bf16 = false;
  /** A call takes a thread for so many floating-point operations that it has, so that none is woken for nothing; 0: all
   * threads. Measured: about what a thread does in the time that waking it costs on a busy machine (0.3 ms). */
  double threadWork = 2.5e7;
};

struct Memory {
  double weights = 0, mirrors = 0, gradients = 0, moments = 0, activations = 0;
};

class Network {
 public:
  Network(const Spec& spec, const Options& options, Pool& pool, const Kernels& kernels)
      : spec(spec),
        options(options),
        pool(pool),
        kernels(kernels),
        parameters(options.bf16 ? chooseBf16() : nullptr),
        optimiser(parameters, pool, kernels) {}
  virtual ~Network() = default;

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
  virtual double activationBytes() const = 0;
  /** Called once the parameters are placed. */
  virtual void finish() = 0;

  long outputs() const { return spec.head == Head::language ? spec.vocabulary : spec.classes; }
  /** The global norm of the gradients before clipping. */
  double step(const AdamW& update);

  void initialise(std::uint64_t seed);
  /** Every tensor in the order of parameters.tensors(), row-major, into memory of its count(). */
  void save(const std::vector<float*>& memory);
  /** The gradients of the last call, likewise; zeros for frozen tensors. */
  void gradients(const std::vector<float*>& memory);
  /** Overwrites one tensor; to be followed, once all are loaded, by loaded(): the optimiser starts anew. */
  void load(const Tensor& t, const float* values, bool transposed);
  void loaded();
  /** A moment of every tensor, likewise; zeros for frozen tensors. */
  void moments(bool second, const std::vector<float*>& memory);
  /** The optimiser goes on after so many updates, with moments in the order of parameters.tensors(). */
  void restore(long updates, const std::vector<const float*>& first, const std::vector<const float*>& second);
  Memory memory() const;

  /** Takes as many threads of the pool as so many floating-point operations are worth: from the batch alone, so that
   * results repeat. */
  void takeThreads(double work);

  const Spec spec;
  const Options options;
  Pool& pool;
  const Kernels& kernels;
  Parameters parameters;
  Optimiser optimiser;
};

std::unique_ptr<Network> createNetwork(const Spec& spec, const Options& options, Pool& pool, const Kernels& kernels);

}  // namespace w2s
