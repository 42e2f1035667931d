// What every family of models shares on the CPU: threads, kernels, weights in panels, the optimiser.
#pragma once
#include <memory>

#include "../../network.h"
#include "../optimiser/optimiser.h"
#include "../pool/pool.h"
#include "parameters.h"

namespace w2s {

struct CpuOptions : Options {
  /** 1: one gradient for all threads, 0: one each, -1: by the size of the model. */
  int sharedGradients = -1;
  /** A call takes a thread for so many floating-point operations that it has, so that none is woken for nothing; 0: all
   * threads. Measured: about what a thread does in the time that waking it costs on a busy machine (0.3 ms). */
  double threadWork = 2.5e7;
};

class CpuNetwork : public Network {
 public:
  CpuNetwork(const Spec& spec, const CpuOptions& options, Pool& pool, const Kernels& kernels)
      : Network(spec),
        options(options),
        pool(pool),
        kernels(kernels),
        parameters(options.precision == Precision::bf16 ? chooseBf16() : nullptr),
        optimiser(parameters, pool, kernels) {}

  double step(const AdamW& update) override;
  long updates() const override { return optimiser.updates(); }
  long tensorCount() const override { return (long)parameters.tensors().size(); }
  const Tensor& tensor(long index) const override { return parameters.tensors()[index]; }
  long weightCount() const override { return parameters.total(); }
  void save(const std::vector<float*>& memory) override;
  void gradients(const std::vector<float*>& memory) override;
  void moments(bool second, const std::vector<float*>& memory) override;
  void load(long index, const float* values, bool transposed) override;
  void loaded() override;
  void restore(long updates, const std::vector<const float*>& first, const std::vector<const float*>& second) override;
  Memory memory() const override;

  virtual double activationBytes() const = 0;
  /** Called once the parameters are placed. */
  virtual void finish() = 0;
  /** Takes as many threads of the pool as so many floating-point operations are worth: from the batch alone, so that
   * results repeat. */
  void takeThreads(double work);

  const CpuOptions options;
  Pool& pool;
  const Kernels& kernels;
  Parameters parameters;
  Optimiser optimiser;
};

std::unique_ptr<CpuNetwork> createCpuNetwork(const Spec& spec, const CpuOptions& options, Pool& pool,
                                             const Kernels& kernels);

}  // namespace w2s
