// Matrix products of a model: by our own kernels, or by cuBLASLt where that is faster, product by product.
#pragma once
#include <optional>

#include "../device/queue.h"
#include "../lt/choices.h"
#include "../lt/product.h"

namespace w2s::cuda {

/** cuBLASLt, and what is known of which products it makes faster; of a process. */
struct Rival {
  const lt::Library& library;
  lt::Choices& choices;
};

class Products {
 public:
  /** rival null: our own kernels make all of them. Measured on this queue. */
  Products(Queue& queue, const Rival* rival) : queue_(queue) {
    if (rival) rival_.emplace(*rival);
  }
  bool hasRival() const { return rival_.has_value(); }
  /** From now on, until it is told anew. */
  void use(const lt::Scratch& scratch) { scratch_ = scratch; }
  /**
   * Starts the product. Which kernel makes it is measured when one of its likeness comes for the first time, and kept.
   * @throws DeviceFault where a call of cuBLASLt fails; DeviceFault as any kernel
   */
  void multiply(const Gemm& p) const;
  /** Whether it is known that cuBLASLt makes it. */
  bool isByRival(const Gemm& p) const;

 private:
  lt::Choice choose(const Gemm& p, const std::string& name) const;
  lt::Choice measured(const Gemm& p) const;

  Queue& queue_;
  std::optional<Rival> rival_;
  lt::Scratch scratch_;
};

}  // namespace w2s::cuda
