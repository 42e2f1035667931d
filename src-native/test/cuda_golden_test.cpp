// Golden cases of the card in the emulation, in CI under the sanitizers; native-cuda.test.ts has all of them.
#include "../cuda/runner/cases.h"
#include "check.h"

using namespace w2s;

TEST(golden_cases_hold_on_the_emulated_card) {
  const auto folder = std::filesystem::path(__FILE__).parent_path() / "../../test/golden/native";
  CHECK(runner::runCases(folder, {"bert-first", "gpt2-language"}) == 0);
}
