// Memory of the device: the card's own, or (emulated) the host's between guards.
#pragma once
#include <cstddef>
#include <vector>

namespace w2s::cuda {

/** @throws DeviceFull, DeviceFault. */
void* allocateBytes(std::size_t bytes);
void releaseBytes(void* memory);
void copyIn(void* to, const void* from, std::size_t bytes);
/** Waits for all that was started. @throws DeviceFault: of that, too */
void copyOut(void* to, const void* from, std::size_t bytes);
void zero(void* memory, std::size_t bytes);
/** Whatever is in it counts as unset from now on: emulated, it becomes NaN. */
void forget(void* memory, std::size_t bytes);

/** Memory of `T`s that grows and never shrinks. */
template <typename T>
class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory(Memory&& other) noexcept : data_(other.data_), room_(other.room_) { other.data_ = nullptr, other.room_ = 0; }
  ~Memory() { releaseBytes(data_); }

  /** For at least `n`; what was in it is gone. */
  T* need(long n) {
    if (n > room_) {
      releaseBytes(data_);
      data_ = nullptr, room_ = 0;
      data_ = (T*)allocateBytes((std::size_t)n * sizeof(T));
      room_ = n;
    } else {
      forget(data_, (std::size_t)room_ * sizeof(T));
    }
    return data_;
  }
  T* data() const { return data_; }
  double bytes() const { return (double)room_ * sizeof(T); }

 private:
  T* data_ = nullptr;
  long room_ = 0;
};

/** Pieces of memory handed out in a fixed order, pass after pass: after the largest pass nothing is allocated any more. */
class Arena {
 public:
  void begin() { next_ = 0; }
  float* floats(long n) {
    if (next_ == pieces_.size()) pieces_.emplace_back();
    return pieces_[next_++].need(n > 0 ? n : 1);
  }
  double bytes() const {
    double total = 0;
    for (const Memory<float>& piece : pieces_) total += piece.bytes();
    return total;
  }

 private:
  std::vector<Memory<float>> pieces_;
  std::size_t next_ = 0;
};

}  // namespace w2s::cuda
