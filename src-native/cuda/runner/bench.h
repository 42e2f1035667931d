// How long a training step takes on the device, and what of it takes how much.
#pragma once
#include <string>

namespace w2s::runner {

/**
 * One case of bench.json, printed as a line of JSON: what bench.py asks for, each in a process of its own.
 * what: a step whose kernels are started as "recorded" (graphs) or each by a "single" start; or its "parts": of a step's products
 * (by cuBLASLt where it is found and faster, unless W2S_CUDA_LT is 0; `by`: what made it) by shape (`turn`: the factor that is turned round) and of its attention the seconds, each measured by itself
 */
int runBench(const std::string& file, const std::string& model, const std::string& batch, const std::string& precision,
             const std::string& what);

}  // namespace w2s::runner
