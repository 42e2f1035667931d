// How long a training step takes on the device.
#pragma once
#include <string>

#include "../../network.h"
#include "json.h"

namespace w2s::runner {

/** Seconds of a training step (forward, backward, update), the median of `steps` after two that do not count. */
double secondsOfStep(const Spec& spec, Precision precision, const std::vector<int>& lengths, int steps);

/** One case of bench.json, printed as a line of JSON: what bench.py asks for, each in a process of its own. */
int runBench(const std::string& file, const std::string& model, const std::string& batch, const std::string& precision);

}  // namespace w2s::runner
