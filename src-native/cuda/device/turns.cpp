#include "turns.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

#include "queue.h"

namespace w2s::cuda {

using Work = std::function<void()>;

/** How often an event was recorded, and how often it has come. */
struct Event::Inside {
  struct Count {
    long recorded = 0, come = 0;
  };
  std::shared_ptr<Count> count = std::make_shared<Count>();
};

struct Queue::Inside {
  /** Work; or an event that comes here, or (waits) is waited for, for the n-th time. */
  struct Item {
    Work work;
    std::shared_ptr<Event::Inside::Count> event;
    long n = 0;
    bool waits = false;
  };
  std::deque<Item> items;
  std::vector<Work>* recording = nullptr;

  bool ready() const {
    return !items.empty() && (!items.front().waits || items.front().event->come >= items.front().n);
  }
  void next() {
    const Item item = std::move(items.front());
    items.pop_front();
    if (item.work) item.work();
    if (item.event && !item.waits) item.event->come = std::max(item.event->come, item.n);
  }
  void drop() {
    for (const Item& item : items)
      if (item.event && !item.waits) item.event->come = std::max(item.event->come, item.n);
    items.clear();
  }
};

struct Graph::Inside {
  std::vector<Work> works;
};

namespace {

std::vector<Queue::Inside*> queues;
thread_local Queue* running = nullptr;
std::mt19937 turns(1);
std::exception_ptr failed;  // that nobody was told of
long started = 0;
double clockMs = 0;

template <typename F>
void runUntil(F done) {
  if (failed) std::rethrow_exception(std::exchange(failed, nullptr));
  while (!done()) {
    std::vector<Queue::Inside*> ready;
    for (Queue::Inside* queue : queues)
      if (queue->ready()) ready.push_back(queue);
    if (ready.empty()) throw std::logic_error("queues that wait for each other for ever");
    try {
      ready[turns() % ready.size()]->next();
    } catch (...) {
      for (Queue::Inside* queue : queues) queue->drop();
      throw;
    }
  }
}

bool allDone() {
  return std::all_of(queues.begin(), queues.end(), [](Queue::Inside* queue) { return queue->items.empty(); });
}

}  // namespace

namespace emulated {

void start(Work work) {
  if (!running) {
    runUntil(allDone);
    return work();
  }
  Queue::Inside& queue = running->inside();
  if (queue.recording)
    queue.recording->push_back(std::move(work));
  else
    queue.items.push_back({std::move(work), nullptr});
}

void finish() {
  expectNoRecording("waiting");
  if (running) running->finish();
}

void finishAll() {
  try {
    runUntil(allDone);
  } catch (...) {
    failed = std::current_exception();
  }
}

void expectNoRecording(const char* what) {
  if (running && running->inside().recording) throw std::logic_error(std::string(what) + " while a pass is recorded");
}

long passes() { return started; }

void setSeed(unsigned seed) { turns.seed(seed); }

void spend(double milliseconds) { clockMs += milliseconds; }

}  // namespace emulated

void* currentHandle() {
  static emulated::Handle handle{emulated::start, emulated::spend};
  return &handle;
}
bool isEmulated() { return true; }
bool recording() { return running && running->inside().recording; }
/** Little, since all memory is gone through at every launch. */
long libraryWorkspace() { return 4096; }

double millisecondsOf(Queue& queue, const std::function<void()>& body) {
  Graph graph(queue, body);
  queue.finish();
  const double before = clockMs;
  graph.launch(queue);
  queue.finish();
  return clockMs - before;
}

Queue::Queue() : inside_(std::make_unique<Inside>()) { queues.push_back(inside_.get()); }
Queue::~Queue() {
  try {
    finish();
  } catch (...) {  // nobody waits for it any more
  }
  std::erase(queues, inside_.get());
}
void Queue::after(const Event& event) {
  const auto& count = event.inside().count;
  inside_->items.push_back({nullptr, count, count->recorded, true});
}
void Queue::finish() {
  runUntil([this] { return inside_->items.empty(); });
}

On::On(Queue& queue) : before_(running) { running = &queue; }
On::~On() { running = before_; }

Event::Event() : inside_(std::make_unique<Inside>()) {}
Event::~Event() = default;
void Event::record(Queue& queue) {
  queue.inside().items.push_back({nullptr, inside_->count, ++inside_->count->recorded});
}
void Event::finish() {
  const auto count = inside_->count;
  runUntil([&] { return count->come >= count->recorded; });
}

Graph::Graph(Queue& queue, const std::function<void()>& body) : inside_(std::make_unique<Inside>()) {
  const On on(queue);
  struct Recording {
    std::vector<Work>*& to;
    ~Recording() { to = nullptr; }
  } recording{queue.inside().recording};
  recording.to = &inside_->works;
  body();
}
Graph::~Graph() = default;
void Graph::launch(Queue& queue) {
  started++;
  for (const Work& work : inside_->works) queue.inside().items.push_back({work, nullptr});
}

}  // namespace w2s::cuda
