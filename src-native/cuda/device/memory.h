// Memory of the device: the card's own, or (emulated) the host's between guards.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../failures.h"

namespace w2s::cuda {

/** @throws DeviceFull, DeviceFault. */
void* allocateBytes(std::size_t bytes);
void releaseBytes(void* memory);
void copyIn(void* to, const void* from, std::size_t bytes);
/** Waits for all that was started. @throws DeviceFault: of that, too */
void copyOut(void* to, const void* from, std::size_t bytes);
/** Started and not waited for; on the host's side memory is pinned, and may not change before it is done. */
void sendIn(void* to, const void* from, std::size_t bytes);
void sendOut(void* to, const void* from, std::size_t bytes);
void copyWithin(void* to, const void* from, std::size_t bytes);
void zero(void* memory, std::size_t bytes);
/** Whatever is in it counts as unset from now on: emulated, it becomes NaN. */
void forget(void* memory, std::size_t bytes);

/** Bytes of an allocation, from its start. */
struct Extent {
  std::size_t from, bytes;
};
/** What of an allocation is used from now on, in order and 256 bytes apart; emulated, each becomes NaN between guards. */
void carve(void* memory, const std::vector<Extent>& extents);

/** Memory of the host that the device reads and writes by itself. @throws DeviceFault */
void* allocatePinned(std::size_t bytes);
void releasePinned(void* memory);

/** Pinned memory that grows and never shrinks, by twice what is needed. */
class Pinned {
 public:
  Pinned() = default;
  Pinned(const Pinned&) = delete;
  ~Pinned() { releasePinned(memory_); }
  /** For at least so many bytes; what was in it is gone. Nothing that was started may use it. */
  void* need(std::size_t bytes) {
    if (bytes <= room_) return memory_;
    releasePinned(memory_);
    memory_ = nullptr, room_ = 0;
    memory_ = allocatePinned(2 * bytes);
    room_ = 2 * bytes;
    return memory_;
  }
  void* data() const { return memory_; }

 private:
  void* memory_ = nullptr;
  std::size_t room_ = 0;
};

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

/**
 * One allocation, handed out from its start in every pass: begin(), all that the pass needs, then settle(). Between these the
 * memory may be too small, and what was handed out is but counted.
 */
class Arena {
 public:
  void begin() {
    extents_.clear();
    used_ = 0;
  }
  float* floats(long n) { return take<float>(n); }
  int* ints(long n) { return take<int>(n); }
  bool fits() const { return (double)used_ <= block_.bytes(); }
  /**
   * Makes room for what was counted, and for more that may come if it can be had: twice that, or SMALL, but no more than `most`
   * times. begin() anew.
   * @throws DeviceFull
   */
  void grow(double most) {
    const auto least = (double)used_;
    try {
      block_.need((long)std::min(std::max(2 * least, SMALL), most * least));
    } catch (const DeviceFull&) {
      block_.need((long)least);
    }
  }
  void settle() { carve(block_.data(), extents_); }
  double bytes() const { return block_.bytes(); }

 private:
  /** Every piece begins at a multiple of it, and is so far from the next one at least. */
  static constexpr std::size_t APART = 256;
  /** Bytes that are not worth to be taken in pieces. */
  static constexpr double SMALL = 16 << 20;

  template <typename T>
  T* take(long n) {
    const std::size_t from = used_, bytes = (std::size_t)(n > 0 ? n : 1) * sizeof(T);
    extents_.push_back({from, bytes});
    used_ = (from + bytes + APART - 1) / APART * APART + APART;
    return (T*)((std::uintptr_t)block_.data() + from);
  }

  Memory<char> block_;
  std::vector<Extent> extents_;
  std::size_t used_ = 0;
};

}  // namespace w2s::cuda
