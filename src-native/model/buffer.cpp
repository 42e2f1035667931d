#include "buffer.h"

#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace w2s {

namespace {
constexpr std::size_t HUGE_PAGE = std::size_t(2) << 20;
}

Buffer::~Buffer() { clear(); }

void Buffer::clear() {
  std::free(data_);
  data_ = nullptr;
  size_ = 0;
}

float* Buffer::need(long floats) {
  if (floats <= size_) return data_;
  clear();
  std::size_t bytes = (std::size_t)roundUp(floats, 16) * sizeof(float);
  // Large buffers on huge pages: a panel matrix is walked in strides that would miss the TLB otherwise.
  std::size_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : 64;
  bytes = (bytes + alignment - 1) / alignment * alignment;
  data_ = (float*)std::aligned_alloc(alignment, bytes);
  if (!data_) throw std::bad_alloc();
#if defined(__linux__)
  if (alignment == HUGE_PAGE) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
  std::memset(data_, 0, bytes);
  size_ = floats;
  return data_;
}

float* Buffer::grow(long floats) {
  if (floats <= size_) return data_;
  Buffer larger;
  larger.need(floats + floats / 2);
  if (size_) std::memcpy(larger.data_, data_, (std::size_t)size_ * sizeof(float));
  std::swap(data_, larger.data_);
  std::swap(size_, larger.size_);
  return data_;
}

}  // namespace w2s
