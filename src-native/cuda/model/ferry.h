// What goes to the device and comes from it while other work goes on: through pinned memory, in two turns each way.
#pragma once
#include <cstddef>

#include "../device/memory.h"
#include "../device/queue.h"

namespace w2s::cuda {

class Ferry {
 public:
  /** compute: whose work needs what goes in, and makes what comes out. */
  explicit Ferry(Queue& compute) : compute_(compute) {}
  /** From now on `to` has it for what computes; `from` is free at once. */
  void in(void* to, const void* from, std::size_t bytes);
  /** What was computed so far has come to `to` after finish(). */
  void out(void* to, const void* from, std::size_t bytes);
  /** Waits for what comes. @throws DeviceFault: of what was computed, too */
  void finish();
  /** Nothing is waited for any more: whoever did has failed. */
  void drop();
  double bytes() const { return ins_[0].there.bytes() + ins_[1].there.bytes(); }

 private:
  struct In {
    Pinned here;
    Memory<char> there;
    Event arrived;  // and `here` is free
    Event taken;    // and `there` is free
  };
  struct Out {
    Pinned here;
    Event come;
    void* to = nullptr;  // null: nothing is waited for
    std::size_t bytes = 0;
  };
  static void land(Out& out);

  Queue& compute_;
  In ins_[2];
  Out outs_[2];
  int nextIn_ = 0, nextOut_ = 0;
  Queue arrivals_;  // last, so that it has ended before memory goes
};

}  // namespace w2s::cuda
