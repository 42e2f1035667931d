// Seeded random numbers: xoshiro256** (Blackman and Vigna), its state filled by splitmix64 from the seed and a name.
#pragma once
#include <cmath>
#include <cstdint>
#include <string>

namespace w2s {

class Random {
 public:
  Random(std::uint64_t seed, const std::string& name) {
    for (char c : name) seed = (seed ^ (unsigned char)c) * 0x100000001b3ull;
    for (auto& s : state_) {
      std::uint64_t z = seed += 0x9e3779b97f4a7c15ull;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
      z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
      s = z ^ (z >> 31);
    }
  }

  std::uint64_t next() {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9, t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /** In (0, 1]. */
  double uniform() { return ((double)(next() >> 11) + 1.0) * 0x1p-53; }

  /** Standard normal (Box and Muller). */
  double normal() {
    const double radius = std::sqrt(-2.0 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

 private:
  static std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
  std::uint64_t state_[4];
};

}  // namespace w2s
