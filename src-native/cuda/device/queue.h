// Work for the device in its order: queues, events between them, and passes that are recorded once and started as one.
#pragma once
#include <functional>
#include <memory>

namespace w2s::cuda {

class Event;

/** What is done one after another, at some time after it was started. */
class Queue {
 public:
  Queue();
  ~Queue();
  Queue(const Queue&) = delete;
  /** What is started here from now on waits for the event, as it was recorded last. */
  void after(const Event& event);
  /** Waits here until all of it is done. @throws DeviceFault: of that, too */
  void finish();

  struct Inside;
  Inside& inside() const { return *inside_; }

 private:
  std::unique_ptr<Inside> inside_;
};

/** While it lives, what this thread starts goes to the queue. */
class On {
 public:
  explicit On(Queue& queue);
  ~On();
  On(const On&) = delete;

 private:
  Queue* before_;
};

/** The queue that this thread runs on, as libraries for the device take it: a cudaStream_t. */
void* currentHandle();
/** Whether it is the host that plays the card. */
bool isEmulated();
/** Whether what this thread starts is recorded. */
bool recording();

/** Comes when all that the queue had when it was recorded is done; one that was not recorded has come. */
class Event {
 public:
  Event();
  ~Event();
  Event(const Event&) = delete;
  void record(Queue& queue);
  void finish();

  struct Inside;
  Inside& inside() const { return *inside_; }

 private:
  std::unique_ptr<Inside> inside_;
};

/** Kernels with their parameters as they were when it was made: what changes has to lie in memory that they read. */
class Graph {
 public:
  /**
   * What `body` starts on the queue is recorded, and not done.
   * @throws what body throws; it may neither take memory nor wait
   */
  Graph(Queue& queue, const std::function<void()>& body);
  ~Graph();
  Graph(const Graph&) = delete;
  void launch(Queue& queue);

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

/**
 * Milliseconds that the device takes for what `body` starts, recorded as a pass is, so that it counts how kernels follow each
 * other there: the least of a few. Waits for all that the queue has.
 * @throws what body throws; it may neither take memory nor wait
 */
double millisecondsOf(Queue& queue, const std::function<void()>& body);

/** Bytes that a library of matrix products may use beside its factors (cuBLAS takes as many by itself on Hopper, fewer before). */
long libraryWorkspace();

}  // namespace w2s::cuda
