#include "ferry.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace w2s::cuda {

namespace {

/** Bytes that are not worth to be taken in pieces. */
constexpr long SMALL = 1 << 16;

}  // namespace

void Ferry::in(void* to, const void* from, std::size_t bytes) {
  if (!bytes) return;
  In& turn = ins_[nextIn_];
  nextIn_ = 1 - nextIn_;
  turn.arrived.finish();
  void* here = turn.here.need(bytes);
  std::memcpy(here, from, bytes);
  arrivals_.after(turn.taken);
  {
    const On on(arrivals_);
    const bool fits = (double)bytes <= turn.there.bytes();
    sendIn(turn.there.need(fits ? (long)bytes : std::max(2 * (long)bytes, SMALL)), here, bytes);
  }
  turn.arrived.record(arrivals_);
  compute_.after(turn.arrived);
  const On on(compute_);
  copyWithin(to, turn.there.data(), bytes);
  turn.taken.record(compute_);
}

void Ferry::out(void* to, const void* from, std::size_t bytes) {
  if (!bytes) return;
  Out& turn = outs_[nextOut_];
  nextOut_ = 1 - nextOut_;
  land(turn);
  const On on(compute_);
  sendOut(turn.here.need(bytes), from, bytes);
  turn.come.record(compute_);
  turn.to = to, turn.bytes = bytes;
}

void Ferry::land(Out& out) {
  void* to = std::exchange(out.to, nullptr);
  if (!to) return;
  out.come.finish();
  std::memcpy(to, out.here.data(), out.bytes);
}

void Ferry::finish() {
  for (int i = 0; i < 2; i++) land(outs_[(nextOut_ + i) % 2]);
}

void Ferry::drop() {
  for (Out& out : outs_) out.to = nullptr;
}

}  // namespace w2s::cuda
