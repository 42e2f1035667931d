// What both families share: linear layers on panels, and where their weight gradients go.
#pragma once
#include <string>
#include <vector>

#include "network.h"

namespace w2s {

struct Linear {
  int weight = -1, bias = -1;
};

/** Adds a plain linear layer y = x w + b: `name`.weight [in, out] and `name`.bias [out]. */
Linear addLinear(Parameters& parameters, const std::string& name, long in, long out, bool bias, bool trained,
                 Init init);

/** x^T dy, to be added to a matrix' gradient. */
struct Product {
  int matrix;
  Panels x, dy;
  long rows;
};

/** One thread's view of the layers. Weight gradients are added at once to the thread's own gradient, or (shared) noted.
 */
class Layers {
 public:
  Layers(Network& network, int thread) : network_(network), thread_(thread) {}

  /** out = [add +] x w + b. */
  void forward(const Linear& layer, Panels x, long rows, Panels out, Panels add = {}) const;
  /** dx = [add +] dy w^T. */
  void backward(const Linear& layer, Panels dy, long rows, Panels dx, Panels add = {}) const;
  /** The gradients of weight and bias; nothing for a frozen layer. */
  void gradients(const Linear& layer, Panels x, Panels dy, long rows);

  std::vector<Product> noted;

 private:
  Network& network_;
  const int thread_;
};

/**
 * Shared gradients: after a barrier, each thread adds every thread's noted products to its own share of the columns;
 * after another, the activations may be overwritten. Every thread of the pool must come here, with as many products
 * noted.
 */
void addNoted(Network& network, std::vector<Layers>& all, int thread);

/** Row-major [n, cols] rows into panels and back; padding columns become zero. */
void toPanels(const float* from, const int* rows, long n, long cols, Panels to);
void fromPanels(Panels from, long n, long cols, const int* rows, float* to);

}  // namespace w2s
