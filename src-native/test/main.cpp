// Runs the native unit tests: all, or those whose name contains the argument.
#include "../cpu/pool/pool.h"
#include "check.h"

int main(int count, char** arguments) {
  using namespace w2s::test;
  w2s::flushDenormals();
  int run = 0;
  for (const Test& test : tests()) {
    if (count > 1 && test.name.find(arguments[1]) == std::string::npos) continue;
    const int before = failures;
    test.body();
    std::printf("%s %s\n", failures == before ? "ok  " : "FAIL", test.name.c_str());
    run++;
  }
  std::printf("%d tests, %d failed checks\n", run, failures);
  return failures || !run ? 1 : 0;
}
