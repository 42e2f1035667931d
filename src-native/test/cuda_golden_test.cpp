// Golden cases of the card in the emulation, in CI under the sanitizers; native-cuda.test.ts has all of them.
#include "../cuda/device/emulate.h"
#include "../cuda/runner/bench.h"
#include "../cuda/runner/cases.h"
#include "check.h"

using namespace w2s;

TEST(golden_cases_hold_on_the_emulated_card) {
  const auto folder = std::filesystem::path(__FILE__).parent_path() / "../../test/golden/native";
  CHECK(runner::runCases(folder, {"bert-first", "gpt2-language"}) == 0);
}

TEST(the_benchmark_of_the_card_trains_every_precision) {
  const auto file = std::filesystem::path(__FILE__).parent_path() / "../cuda/runner/bench.json";
  cuda::emulated::setOrders(1);
  for (const char* precision : {"fp32", "tf32", "bf16"})
    CHECK(runner::runBench(file.string(), "two layers of 32", "one text of 24", precision, "recorded") == 0);
  CHECK(runner::runBench(file.string(), "two layers of 32", "2 texts of 10 to 60", "fp32", "single") == 0);
  cuda::emulated::setOrders(3);
  CHECK_THROWS(runner::runBench(file.string(), "no such model", "one text of 24", "fp32", "recorded"),
               "expected a field no such model");
}
