// Kernels on the host, so that what goes wrong on a card goes wrong here, and says so:
// 1. between two barriers the lanes of a block run forward, backward and in random order, and so do the blocks: every
//    buffer must come out with the same bits;
// 2. shared memory, registers and new buffers start as NaN, every buffer has guard bytes on both sides;
// 3. a block's lanes must all come to the same barrier: a lane that has ended or waits elsewhere is an error;
// 4. a shuffle, and a matrix product of a warp, reads what the lanes had when they called it, and a lane that is not there is
//    an error.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "memory.h"

namespace w2s::cuda::emulated {

struct Block {
  unsigned x, y, z;
};

/** Where the lane that runs is. */
struct Place {
  int thread;
  Block block;
};
const Place& here();

/** @throws std::logic_error naming the kernel and what it did. */
void run(const char* kernel, Block grid, int threads, const std::function<void()>& body);

void barrier(int line);
void warpBarrier(int line);
std::uint64_t shuffleBits(std::uint64_t bits, int turn, int line);
/** What each of the warp's lanes tells: `count` words each, lane by lane; stays until the warp tells again. At most TOLD. */
const std::uint32_t* tell(const std::uint32_t* words, int count, int line);
constexpr int TOLD = 6;
/** The block's piece of memory for a declaration at this line. */
void* sharedMemory(std::size_t bytes, int line);

template <typename T>
T shuffle(T value, int turn, int line) {
  static_assert(sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = shuffleBits(bits, turn, line);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

/** A buffer between guards, full of NaN. */
void* allocate(std::size_t bytes);
void release(void* buffer);
/** From now on these are the buffers in a block, in their order, with room for guards between them; each is full of NaN. */
void carve(void* block, const std::vector<Extent>& extents);
/** How many there have been. */
long allocations();
/** Asked before every launch, which may throw; false: it is not computed. Nothing asks at first. */
using Watch = bool (*)(const char* kernel, Block grid);
void setWatch(Watch watch);
/** How many orders every launch is run in; 1: forward alone, unchecked. */
void setOrders(int orders);

}  // namespace w2s::cuda::emulated
