// cuBLASLt, opened at run time by an absolute path: never by its name, since a loader may find another than the one that is told.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api.h"

namespace w2s::cuda::lt {

struct Library {
  Functions call;
  void* handle;
  /** Where it lies, links followed. */
  std::string file;
  /** As it counts: 130100 for 13.1.0. */
  long version;
};

/** The library, or why there is none. */
struct Found {
  std::optional<Library> library;
  std::string why;
};

/** Where it may lie, in the order that it is looked for: that of W2S_CUBLASLT alone, else of every place that is known. */
std::vector<std::string> places();
/** The first of these that works on the card at hand; it stays open to the end of the process. */
Found open(const std::vector<std::string>& files);
/** The first of places(), looked for once a process; none where W2S_CUDA_LT is 0. */
const Found& found();

}  // namespace w2s::cuda::lt
