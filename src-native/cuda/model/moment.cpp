#include "moment.h"

#include <bit>

namespace w2s::cuda {

namespace {

std::uint16_t halfOf(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return (std::uint16_t)(x != x ? 0x7FFF : (bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

}  // namespace

void Moment::clear(long n) {
  if (half_)
    zero(rounded_.need(n), (std::size_t)n * sizeof(std::uint16_t));
  else
    zero(whole_.need(n), (std::size_t)n * sizeof(float));
}

void Moment::write(const float* values, long n) {
  if (!half_) return copyIn(whole_.data(), values, (std::size_t)n * sizeof(float));
  std::vector<std::uint16_t> all;
  for (long i = 0; i < n; i++) all.push_back(halfOf(values[i]));
  copyIn(rounded_.data(), all.data(), all.size() * sizeof(std::uint16_t));
}

void Moment::read(float* values, long n) const {
  if (!half_) return copyOut(values, whole_.data(), (std::size_t)n * sizeof(float));
  std::vector<std::uint16_t> all((std::size_t)n);
  copyOut(all.data(), rounded_.data(), all.size() * sizeof(std::uint16_t));
  for (long i = 0; i < n; i++) values[i] = std::bit_cast<float>((std::uint32_t)all[i] << 16);
}

}  // namespace w2s::cuda
