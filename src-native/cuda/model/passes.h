// Passes that are recorded once and started as one from then on, by what they do and the capacity that they are laid out for.
#pragma once
#include <list>

#include "../device/queue.h"

namespace w2s::cuda {

/** What a pass does. */
enum class Doing { forward, backward, features, language, scores, token, step };

class Passes {
 public:
  /** Everything that a recorded pass depends on but for what lies in memory: a round's sizes, and how many blocks it goes through. */
  struct Key {
    Doing doing;
    long rows = 0, examples = 0, predictions = 0, layers = 0;
    bool oneRow = false, keeps = false;
    bool operator==(const Key&) const = default;
  };

  explicit Passes(bool records) : records_(records) {}
  /**
   * Starts what `body` starts: the first time by body itself, since that may choose and measure; the second time it is recorded,
   * and done as recorded from then on.
   */
  void run(Queue& queue, const Key& key, const std::function<void()>& body);
  /** To be called where memory that passes use was moved. */
  void forget() { passes_.clear(); }

 private:
  struct Pass {
    Key key;
    std::unique_ptr<Graph> graph;  // null: it ran but once
  };
  /** So many are kept; the one that was not needed for longest is dropped. */
  static constexpr std::size_t MOST = 48;

  const bool records_;
  std::list<Pass> passes_;  // the latest one first
};

}  // namespace w2s::cuda
