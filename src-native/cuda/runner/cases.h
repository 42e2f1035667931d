// What PyTorch gave, asked of a model on the device.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace w2s::runner {

/** Runs and prints the transformer cases of `folder` (test/golden/native), or those named. 0: there were some, and all held. */
int runCases(const std::filesystem::path& folder, const std::vector<std::string>& names);

}  // namespace w2s::runner
