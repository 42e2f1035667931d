// One of AdamW's moments of all weights that learn, in single precision or in bf16.
#pragma once
#include <cstdint>
#include <vector>

#include "../device/memory.h"

namespace w2s::cuda {

class Moment {
 public:
  explicit Moment(bool half) : half_(half) {}

  /** Becomes `n` zeros. */
  void clear(long n);
  /** In bf16 rounded to the nearest: what read() gave stays as it is. */
  void write(const float* values, long n);
  void read(float* values, long n) const;
  double bytes() const { return whole_.bytes() + rounded_.bytes(); }

  float* whole() const { return whole_.data(); }
  std::uint16_t* rounded() const { return rounded_.data(); }

 private:
  bool half_;
  Memory<float> whole_;
  Memory<std::uint16_t> rounded_;
};

}  // namespace w2s::cuda
