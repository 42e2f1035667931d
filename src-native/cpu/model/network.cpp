#include "network.h"

#include <algorithm>
#include <stdexcept>

#include "mlp.h"
#include "transformer.h"

namespace w2s {

void CpuNetwork::takeThreads(double work) {
  pool.use(options.threadWork > 0 ? (int)std::min(work / options.threadWork, 1e6) : pool.capacity());
}

double CpuNetwork::step(const AdamW& update) {
  if (!optimiser.begun()) throw std::logic_error("step before any gradients");
  return optimiser.step(update);
}

void CpuNetwork::save(const std::vector<float*>& memory) {
  optimiser.catchUpAll();
  const std::vector<Placed>& all = parameters.tensors();
  for (std::size_t i = 0; i < all.size(); i++) parameters.read(all[i], parameters.flat(), memory[i]);
}

void CpuNetwork::gradients(const std::vector<float*>& memory) {
  if (!optimiser.begun()) throw std::logic_error("there are no gradients yet");
  const std::vector<float> flat = optimiser.flatGradient();
  const std::vector<Placed>& all = parameters.tensors();
  for (std::size_t i = 0; i < all.size(); i++) parameters.read(all[i], flat.data(), memory[i]);
}

void CpuNetwork::moments(bool second, const std::vector<float*>& memory) {
  const std::vector<float> flat = optimiser.flatMoment(second);
  const std::vector<Placed>& all = parameters.tensors();
  for (std::size_t i = 0; i < all.size(); i++) parameters.read(all[i], flat.data(), memory[i]);
}

void CpuNetwork::restore(long updates, const std::vector<const float*>& first, const std::vector<const float*>& second) {
  const std::vector<Placed>& all = parameters.tensors();
  std::vector<float> flat[2];
  for (int which = 0; which < 2; which++) {
    flat[which].assign((std::size_t)parameters.total(), 0.0f);
    for (std::size_t i = 0; i < all.size(); i++)
      parameters.write(all[i], (which ? second : first)[i], flat[which].data());
  }
  optimiser.restore(updates, flat[0], flat[1]);
}

void CpuNetwork::load(long index, const float* values, bool transposed) {
  parameters.write(parameters.tensors()[index], values, parameters.flat(), transposed);
}

void CpuNetwork::loaded() {
  for (std::size_t i = 0; i < parameters.matrices().size(); i++) parameters.reflect((int)i, kernels);
  optimiser.reset();
}

Memory CpuNetwork::memory() const {
  return {4.0 * (double)parameters.total(), 4.0 * (double)parameters.mirrorTotal(), optimiser.gradientBytes(),
          optimiser.momentBytes(), activationBytes()};
}

std::unique_ptr<CpuNetwork> createCpuNetwork(const Spec& spec, const CpuOptions& options, Pool& pool,
                                             const Kernels& kernels) {
  check(spec);
  if (options.halfMoments) throw std::invalid_argument("moments: expected \"fp32\" on a processor, got \"bf16\"");
  if (options.precision == Precision::tf32)
    throw std::invalid_argument("precision: expected \"fp32\" or \"bf16\" on a processor, got \"tf32\"");
  if (options.precision == Precision::bf16 && (!chooseBf16() || std::string(kernels.isa) != "avx512"))
    throw std::invalid_argument("precision: expected \"fp32\", since " +
                                std::string(chooseBf16() ? "the kernels asked for" : "this processor") +
                                " cannot multiply bf16 (AVX512-BF16), got \"bf16\"");
  std::unique_ptr<CpuNetwork> network;
  if (spec.family == Family::transformer)
    network = std::make_unique<Transformer>(spec, options, pool, kernels);
  else
    network = std::make_unique<Mlp>(spec, options, pool, kernels);
  network->parameters.finish();
  network->finish();
  return network;
}

}  // namespace w2s
