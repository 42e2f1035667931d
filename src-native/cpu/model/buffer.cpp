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
constexpr std::size_t LINE = 64;

std::size_t roundedUp(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }
}  // namespace

void zeroFloats(float* at, long floats) {
  if (floats > 0) std::memset(at, 0, (std::size_t)floats * sizeof(float));
}

Buffer::Buffer(Buffer&& other) noexcept { swap(other); }
Buffer::~Buffer() { clear(); }

void Buffer::swap(Buffer& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  std::swap(base_, other.base_);
  std::swap(mapped_, other.mapped_);
}

void Buffer::clear() {
#if defined(__linux__)
  if (mapped_) munmap(base_, mapped_);
  else std::free(base_);
#else
  std::free(base_);
#endif
  base_ = nullptr;
  data_ = nullptr;
  size_ = 0;
  mapped_ = 0;
}

float* Buffer::need(long floats) {
  if (floats <= size_) return data_;
  clear();
  std::size_t bytes = (std::size_t)roundUp(floats, 16) * sizeof(float);
#if defined(__linux__)
  if (bytes >= HUGE_PAGE) map(roundedUp(bytes, HUGE_PAGE));
#endif
  if (!data_) {
    base_ = std::aligned_alloc(LINE, roundedUp(bytes, LINE));
    if (!base_) throw std::bad_alloc();
    data_ = (float*)base_;
    std::memset(data_, 0, bytes);
  }
  size_ = floats;
  return data_;
}

#if defined(__linux__)
void Buffer::map(std::size_t bytes) {  // whose pages are zero
  void* base = mmap(nullptr, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) throw std::bad_alloc();
  base_ = base;
  mapped_ = bytes + HUGE_PAGE;
  data_ = (float*)roundedUp((std::size_t)base, HUGE_PAGE);
  madvise(data_, bytes, MADV_HUGEPAGE);
}
#endif

float* Buffer::grow(long floats) {
  if (floats <= size_) return data_;
  Buffer larger;
  larger.need(floats + floats / 2);
  if (size_) std::memcpy(larger.data_, data_, (std::size_t)size_ * sizeof(float));
  swap(larger);
  return data_;
}

}  // namespace w2s
