// How long a training step takes on the device.
#pragma once
#include <string>

namespace w2s::runner {

/**
 * One case of bench.json, printed as a line of JSON: what bench.py asks for, each in a process of its own.
 * starts: of kernels, "recorded" (graphs) or each by a "single" one
 */
int runBench(const std::string& file, const std::string& model, const std::string& batch, const std::string& precision,
             const std::string& starts);

}  // namespace w2s::runner
