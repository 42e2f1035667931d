// The golden cases on the card at hand, without Node: see run.sh. The unit tests run them on the emulated one.
//
//   w2s-cuda-runner <test/golden/native> [case ...]
//   w2s-cuda-runner --bench <bench.json> <model> <batch> <precision> <recorded|single|parts>
#include <cstdio>
#include <cstring>
#include <exception>

#include "bench.h"
#include "cases.h"

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "w2s-cuda-runner <test/golden/native> [case ...]\n");
    return 2;
  }
  try {
    if (count == 7 && !std::strcmp(arguments[1], "--bench"))
      return w2s::runner::runBench(arguments[2], arguments[3], arguments[4], arguments[5], arguments[6]);
    return w2s::runner::runCases(arguments[1], {arguments + 2, arguments + count});
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
