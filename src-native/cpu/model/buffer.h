// Memory of the engine: cache-line aligned floats that grow and are kept, so that a step allocates nothing.
#pragma once
#include <cstddef>

#include "../kernels/kernels.h"

namespace w2s {

/** Sets that many to zero; with none of them, `at` may be null. */
void zeroFloats(float* at, long floats);

class Buffer {
 public:
  Buffer() = default;
  ~Buffer();
  Buffer(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /** At least `floats` floats; the content is lost (and zero) if it has to grow. @throws std::bad_alloc */
  float* need(long floats);
  /** The same, but the content is kept. */
  float* grow(long floats);
  float* data() const { return data_; }
  long size() const { return size_; }
  void clear();

 private:
  void swap(Buffer& other) noexcept;
  /**
   * Large buffers lie on huge pages, since a panel matrix is walked in strides that would miss the TLB otherwise. They
   * are asked of the system: the allocator of an Electron process ends it when asked for such an alignment.
   */
  void map(std::size_t bytes);

  float* data_ = nullptr;
  long size_ = 0;
  /** What is freed: `data_` lies somewhat behind it where `mapped_` bytes come from the system. */
  void* base_ = nullptr;
  std::size_t mapped_ = 0;
};

/** Hands out pieces of one buffer: run it once without memory to learn the total, then again with it. */
class Carver {
 public:
  explicit Carver(float* memory) : memory_(memory) {}

  float* floats(long n) {
    float* at = memory_ ? memory_ + used_ : nullptr;
    used_ += roundUp(n, 16);
    return at;
  }

  /** An odd number of rows between panels: with a power of two, one row's pieces would all want the same cache set. */
  Panels panels(long rows, long cols) {
    long stride = rows | 1;
    return {floats(stride * roundUp(cols, PANEL)), stride};
  }

  long used() const { return used_; }

 private:
  float* memory_;
  long used_ = 0;
};

}  // namespace w2s
