// A lane of the emulation is a stack of its own that runs until it waits: switching takes nanoseconds on x86-64, and a
// system call elsewhere.
#pragma once
#include <cstddef>
#include <memory>

// On x86-64, too, where a test asks for it (build.mjs --portable).
#if !defined(W2S_PORTABLE_FIBERS)
#if defined(__x86_64__)
#define W2S_PORTABLE_FIBERS 0
#else
#define W2S_PORTABLE_FIBERS 1
#endif
#endif

#if W2S_PORTABLE_FIBERS
#include <ucontext.h>
#endif

namespace w2s::cuda::emulated {

class Fiber {
 public:
  /** Makes `body` what the next resume() starts. It must not return, but end in its last suspend(). */
  void start(void (*body)());
  /** Runs it until it suspends itself. */
  void resume();
  /** Called on the fiber: goes back to where it was resumed. */
  void suspend();

 private:
  static constexpr std::size_t STACK = 256 << 10;
  void entered(void* fake);

  std::unique_ptr<char[]> stack_;
#if !W2S_PORTABLE_FIBERS
  void *own_ = nullptr, *caller_ = nullptr;
#else
  ucontext_t own_, caller_;
#endif
  void* fake_ = nullptr;  // AddressSanitizer's view of the two stacks
  const void* callerStack_ = nullptr;
  std::size_t callerSize_ = 0;

  friend void fiberEntry();
  void (*body_)() = nullptr;
};

}  // namespace w2s::cuda::emulated
