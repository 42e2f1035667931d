// What makes each product, as it was measured once: kept in a file, since another choice rounds otherwise. Whoever measures first
// decides for all processes that keep to the same file, and for all trainings that go on later.
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "api.h"

namespace w2s::cuda::lt {

/** Of one product: our own kernel, or cuBLASLt by an algorithm; and what was measured, in milliseconds (0: cuBLASLt had none). */
struct Choice {
  bool ours = true;
  Algorithm algorithm{};
  double oursMs = 0, theirsMs = 0;
};

/** A file of choices; made where there is none. Threads may share it. */
class Choices {
 public:
  /** version: of cuBLASLt, which alone knows its algorithms */
  Choices(std::string file, long version);
  Choices(const Choices&) = delete;
  /** Drawn when the file was begun: choices of another name may be others. '' where nothing can be kept. */
  const std::string& name() const { return name_; }
  /** Why nothing is kept here, and so nothing is to be chosen; '' where it is. */
  std::string why() const;
  std::optional<Choice> find(const std::string& product);
  /** How many products are known that our own kernels make, or cuBLASLt. */
  long count(bool ours) const;
  /** @returns what stands there in the end: another process may have been first; our own kernel where it cannot be kept */
  Choice keep(const std::string& product, const Choice& choice);

 private:
  /** Reads what came since; the file is locked. @throws std::runtime_error where it is not as it should be */
  void read(int file);
  void begin(int file);

  const std::string file_;
  const long version_;
  mutable std::mutex mutex_;
  std::map<std::string, Choice> all_;
  std::string name_, why_;
  long readTo_ = 0, lines_ = 0;
};

/** The choices of a file, the same for a whole process. */
Choices& choicesIn(const std::string& file, long version);

}  // namespace w2s::cuda::lt
