#include "fiber.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

#if !W2S_PORTABLE_FIBERS
// Saves the registers that a call must keep on the stack at hand, and goes on with another stack where it was left.
asm(R"(
.text
.p2align 4
w2s_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
)");
extern "C" void w2s_switch_stack(void** save, void* load) asm("w2s_switch_stack");
#endif

namespace w2s::cuda::emulated {

namespace {
Fiber* starting = nullptr;
}

void fiberEntry() {
  Fiber* fiber = starting;
  fiber->entered(nullptr);
  fiber->body_();
}

void Fiber::entered([[maybe_unused]] void* fake) {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake, &callerStack_, &callerSize_);
#endif
}

void Fiber::start(void (*body)()) {
  if (!stack_) stack_.reset(new char[STACK]);
  body_ = body;
#if defined(__SANITIZE_ADDRESS__)
  __asan_unpoison_memory_region(stack_.get(), STACK);  // what an abandoned lane left
#endif
#if !W2S_PORTABLE_FIBERS
  // As if fiberEntry had been called: six registers, then where to return to; the stack aligned as after a call.
  auto top = (std::size_t)(stack_.get() + STACK) & ~(std::size_t)15;
  void** at = (void**)top - 2;
  *at-- = (void*)fiberEntry;
  for (int i = 0; i < 6; i++) *at-- = nullptr;
  own_ = at + 1;
#else
  getcontext(&own_);
  own_.uc_stack.ss_sp = stack_.get();
  own_.uc_stack.ss_size = STACK;
  own_.uc_link = nullptr;
  makecontext(&own_, fiberEntry, 0);
#endif
}

void Fiber::resume() {
  starting = this;
#if defined(__SANITIZE_ADDRESS__)
  void* fake = nullptr;
  __sanitizer_start_switch_fiber(&fake, stack_.get(), STACK);
#endif
#if !W2S_PORTABLE_FIBERS
  w2s_switch_stack(&caller_, own_);
#else
  swapcontext(&caller_, &own_);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
}

void Fiber::suspend() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&fake_, callerStack_, callerSize_);
#endif
#if !W2S_PORTABLE_FIBERS
  w2s_switch_stack(&own_, caller_);
#else
  swapcontext(&own_, &caller_);
#endif
  entered(fake_);
}

}  // namespace w2s::cuda::emulated
