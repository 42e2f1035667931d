// Queues of the emulation: what is started is put off until somebody waits, and then work of different queues is done in
// random turns that respect events and nothing else, so that a missing event shows.
#pragma once
#include <functional>

namespace w2s::cuda::emulated {

/** On the queue that this thread runs on, or (on none) after all that was started, at once. */
void start(std::function<void()> work);
/** Until all is done that was started on this thread's queue. @throws what it threw; what was put off is then dropped */
void finish();
/** Until all is done that was started anywhere; that it failed is told to the next one who waits. */
void finishAll();
/** @throws std::logic_error where a pass is being recorded, which `what` must not happen in. */
void expectNoRecording(const char* what);
/** How many recorded passes have been started. */
long passes();
/** The device's clock, which stands still but for what is spent: every launch takes LAUNCH_MS. */
constexpr double LAUNCH_MS = 0.01;
void spend(double milliseconds);

/** What a library for the device gets as its queue (currentHandle): to start work there, which then says what it takes. */
struct Handle {
  void (*start)(std::function<void()> work);
  void (*spend)(double milliseconds);
};

/** Of the turns that queues take. */
void setSeed(unsigned seed);

}  // namespace w2s::cuda::emulated
