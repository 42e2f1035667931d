// What kernels are written in. nvcc makes it CUDA; a host compiler makes it calls of the emulation (emulate.h), so that the
// same source runs, and is checked, where there is no card.
//
// A kernel is a void function of one struct. Lanes, warps and blocks are one-dimensional but for the grid.
#pragma once
#include <cmath>

namespace w2s::cuda {

constexpr int WARP = 32;

struct Grid {
  unsigned x = 1, y = 1, z = 1;
};

}  // namespace w2s::cuda

#if defined(__CUDACC__)

#include "card.h"

#define KERNEL static __global__ void
#define DEVICE static __device__ __forceinline__
#define DEVICE_MEMBER __device__ __forceinline__
/** Before a loop over numbers in registers, which have no places that a loop could count. */
#define UNROLL _Pragma("unroll")
/** Memory that the lanes of a block share; nothing is in it at first. */
#define SHARED(Type, name) __shared__ Type name
/** The same for more than 48 kB; one a kernel, whose launch says its size. */
#define SHARED_LARGE(Type, name)                       \
  extern __shared__ __align__(16) char largeShared[]; \
  Type& name = *(Type*)largeShared
/** Every lane of the block meets here. */
#define BARRIER() __syncthreads()
/** Every lane of the warp meets here. */
#define WARP_BARRIER() __syncwarp()
/** The value that lane (own ^ turn) of the warp has. */
#define SHUFFLE_XOR(value, turn) __shfl_xor_sync(0xffffffffu, value, turn)

namespace w2s::cuda {

DEVICE int threadIndex() { return (int)threadIdx.x; }
DEVICE int blockX() { return (int)blockIdx.x; }
DEVICE int blockY() { return (int)blockIdx.y; }
DEVICE int blockZ() { return (int)blockIdx.z; }

/** Numbers that a lane keeps; nothing is in them at first. */
template <int N>
struct Registers {
  static constexpr int SIZE = N;
  float at[N];
  __device__ __forceinline__ float& operator[](int i) { return at[i]; }
};

/** @throws DeviceFault where the launch was refused, or an earlier one failed. */
template <typename Arguments>
void launch(const char* name, void (*kernel)(Arguments), Grid grid, int threads, const Arguments& arguments,
            std::size_t shared = 0) {
  if (!grid.x || !grid.y || !grid.z) return;
  if (shared) cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, (int)shared);
  kernel<<<dim3(grid.x, grid.y, grid.z), (unsigned)threads, shared, currentStream()>>>(arguments);
  const cudaError_t error = cudaGetLastError();
  if (error != cudaSuccess) throw DeviceFault(std::string(name) + ": " + cudaGetErrorString(error), (int)error);
}

}  // namespace w2s::cuda

#else

#include "emulate.h"
#include "turns.h"

#define KERNEL static void
#define DEVICE static inline
#define DEVICE_MEMBER inline
#define UNROLL
#define SHARED(Type, name) Type& name = *(Type*)w2s::cuda::emulated::sharedMemory(sizeof(Type), __LINE__)
#define SHARED_LARGE(Type, name) SHARED(Type, name)
#define BARRIER() w2s::cuda::emulated::barrier(__LINE__)
#define WARP_BARRIER() w2s::cuda::emulated::warpBarrier(__LINE__)
#define SHUFFLE_XOR(value, turn) w2s::cuda::emulated::shuffle(value, turn, __LINE__)

namespace w2s::cuda {

DEVICE int threadIndex() { return emulated::here().thread; }
DEVICE int blockX() { return (int)emulated::here().block.x; }
DEVICE int blockY() { return (int)emulated::here().block.y; }
DEVICE int blockZ() { return (int)emulated::here().block.z; }

template <int N>
struct Registers {
  static constexpr int SIZE = N;
  float at[N];
  Registers() {
    for (float& x : at) x = NAN;
  }
  float& operator[](int i) { return at[i]; }
};

template <typename Arguments>
void launch(const char* name, void (*kernel)(Arguments), Grid grid, int threads, const Arguments& arguments,
            std::size_t = 0) {
  emulated::start([=] {
    emulated::run(name, {grid.x, grid.y, grid.z}, threads, [&] { kernel(arguments); });
    emulated::spend(emulated::LAUNCH_MS);
  });
}

}  // namespace w2s::cuda

#endif

namespace w2s::cuda {

DEVICE int laneIndex() { return threadIndex() % WARP; }
DEVICE int warpIndex() { return threadIndex() / WARP; }

/** Over the lanes of a warp, in the same order on every lane: all get the same bits. */
template <typename T>
DEVICE T warpSum(T x) {
  for (int turn = WARP / 2; turn > 0; turn /= 2) x += SHUFFLE_XOR(x, turn);
  return x;
}

DEVICE float warpMax(float x) {
  for (int turn = WARP / 2; turn > 0; turn /= 2) x = fmaxf(x, SHUFFLE_XOR(x, turn));
  return x;
}

inline unsigned piecesOf(long n, long size) { return (unsigned)((n + size - 1) / size); }

}  // namespace w2s::cuda

/** Starts a kernel: LAUNCH(kernel, grid, threads, arguments), and the bytes of SHARED_LARGE where it has one. */
#define LAUNCH(kernel, ...) ::w2s::cuda::launch(#kernel, kernel, __VA_ARGS__)
