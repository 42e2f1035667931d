// What a table of kernels reaches on the machine at hand, for choosing among those that it can run.
#include <algorithm>
#include <chrono>
#include <memory>

#include "kernels.h"

namespace w2s {

namespace {

/** Shapes of a block of width 128, small enough for the second-level cache of any processor. */
constexpr long ROWS = 96, WIDTH = 128;
constexpr std::chrono::milliseconds AT_MOST{5};

/** Two products forward and back, the outer product of their gradient, and the activation between. */
struct Work {
  // Odd strides, as the engine's own matrices have them.
  static constexpr long STRIDE = ROWS + 1;
  std::unique_ptr<float[]> memory = std::make_unique<float[]>(2 * WIDTH * STRIDE + 2 * WIDTH * WIDTH);
  const Panels x{memory.get(), STRIDE}, y{memory.get() + WIDTH * STRIDE, STRIDE};
  const Panels w{memory.get() + 2 * WIDTH * STRIDE, WIDTH}, g{w.data + WIDTH * WIDTH, WIDTH};

  void run(const Kernels& k) const {
    for (int i = 0; i < 2; i++) k.multiply({x, w, y, ROWS, WIDTH, WIDTH});
    k.outer({x, y, g, ROWS, WIDTH, WIDTH});
    k.activate(Activation::geluTanh, y, ROWS, WIDTH / 4, y);
  }
};

}  // namespace

double measure(const Kernels& kernels) {
  using Clock = std::chrono::steady_clock;
  const Work work;
  double best = 1e9;
  work.run(kernels);
  for (const auto begin = Clock::now(); Clock::now() - begin < AT_MOST;) {
    const auto start = Clock::now();
    work.run(kernels);
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace w2s
