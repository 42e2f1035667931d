// AdamW's kernels of every ISA: updates that wait against updates at once.
#include <cstring>

#include "check.h"
#include "isas.h"

using namespace w2s;

TEST(idle_updates_have_the_bits_of_updates_without_gradient) {
  eachIsa([](const Kernels& k) {
    Random random(8, k.isa);
    std::vector<AdamWConstants> steps;
    for (int s = 1; s <= 1200; s++)
      steps.push_back({0.9f, 0.999f, 1e-8f, 1 - 1e-4f * (float)(s % 7), 1e-3f / (float)s, 1.0f + 1.0f / (float)s, 1});
    std::vector<float> w(64), m(64), v(64), none(64);
    for (int i = 0; i < 64; i++)
      w[i] = (float)random.normal(), m[i] = (float)random.normal() * 0.01f, v[i] = m[i] * m[i];
    auto w1 = w, m1 = m, v1 = v;
    const float* gradient = none.data();
    for (const AdamWConstants& s : steps) k.adamw(s, w1.data(), m1.data(), v1.data(), &gradient, 1, 64);
    k.adamwIdle(steps.data(), (long)steps.size(), w.data(), m.data(), v.data(), 64);
    CHECK(!std::memcmp(w.data(), w1.data(), 256) && !std::memcmp(m.data(), m1.data(), 256) &&
          !std::memcmp(v.data(), v1.data(), 256));
  });
}
