// Queues are streams of the card.
#include "queue.h"

#include <algorithm>
#include <limits>

#include "card.h"

namespace w2s::cuda {

struct Queue::Inside {
  cudaStream_t queue = nullptr;
};
struct Event::Inside {
  cudaEvent_t event = nullptr;
};
struct Graph::Inside {
  cudaGraphExec_t graph = nullptr;
};

namespace {

thread_local Queue* running = nullptr;
thread_local bool records = false;

/** Of a time: as often is it recorded in one pass, and as often that is started. */
constexpr int RUNS = 8, ROUNDS = 5;
constexpr long WORKSPACE = 32 << 20;

/** An event that tells when it came. */
struct Moment {
  cudaEvent_t event = nullptr;
  Moment() { ok(cudaEventCreate(&event), "event"); }
  ~Moment() { cudaEventDestroy(event); }
  Moment(const Moment&) = delete;
};

}  // namespace

/** The default one where the thread runs on none. */
cudaStream_t currentStream() { return running ? running->inside().queue : nullptr; }
void* currentHandle() { return currentStream(); }
bool isEmulated() { return false; }
bool recording() { return records; }
long libraryWorkspace() { return WORKSPACE; }

Queue::Queue() : inside_(std::make_unique<Inside>()) {
  ok(cudaStreamCreateWithFlags(&inside_->queue, cudaStreamNonBlocking), "queue");
}
Queue::~Queue() {
  cudaStreamSynchronize(inside_->queue);
  cudaStreamDestroy(inside_->queue);
}
void Queue::after(const Event& event) {
  ok(cudaStreamWaitEvent(inside_->queue, event.inside().event, 0), "waiting");
}
void Queue::finish() { ok(cudaStreamSynchronize(inside_->queue), "waiting"); }

On::On(Queue& queue) : before_(running) { running = &queue; }
On::~On() { running = before_; }

Event::Event() : inside_(std::make_unique<Inside>()) {
  ok(cudaEventCreateWithFlags(&inside_->event, cudaEventDisableTiming), "event");
}
Event::~Event() { cudaEventDestroy(inside_->event); }
void Event::record(Queue& queue) { ok(cudaEventRecord(inside_->event, queue.inside().queue), "event"); }
void Event::finish() { ok(cudaEventSynchronize(inside_->event), "waiting"); }

Graph::Graph(Queue& queue, const std::function<void()>& body) : inside_(std::make_unique<Inside>()) {
  const cudaStream_t to = queue.inside().queue;
  cudaGraph_t recorded = nullptr;
  ok(cudaStreamBeginCapture(to, cudaStreamCaptureModeThreadLocal), "recording");
  records = true;
  try {
    const On on(queue);
    body();
    records = false;
  } catch (...) {
    records = false;
    cudaStreamEndCapture(to, &recorded);
    if (recorded) cudaGraphDestroy(recorded);
    throw;
  }
  ok(cudaStreamEndCapture(to, &recorded), "recording");
  const cudaError_t made = cudaGraphInstantiate(&inside_->graph, recorded, 0);
  cudaGraphDestroy(recorded);
  ok(made, "recording");
}
Graph::~Graph() { cudaGraphExecDestroy(inside_->graph); }
void Graph::launch(Queue& queue) { ok(cudaGraphLaunch(inside_->graph, queue.inside().queue), "starting a pass"); }

double millisecondsOf(Queue& queue, const std::function<void()>& body) {
  Graph graph(queue, [&] {
    for (int i = 0; i < RUNS; i++) body();
  });
  const Moment from, to;
  const cudaStream_t on = queue.inside().queue;
  graph.launch(queue);  // the first one loads kernels
  float least = std::numeric_limits<float>::max();
  for (int round = 0; round < ROUNDS; round++) {
    ok(cudaEventRecord(from.event, on), "event");
    graph.launch(queue);
    ok(cudaEventRecord(to.event, on), "event");
    ok(cudaEventSynchronize(to.event), "waiting");
    float passed = 0;
    ok(cudaEventElapsedTime(&passed, from.event, to.event), "measuring");
    least = std::min(least, passed);
  }
  return least / RUNS;
}

}  // namespace w2s::cuda
