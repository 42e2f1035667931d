// What both families share: linear layers on panels, and where their weight gradients go.
#pragma once
#include <string>
#include <vector>

#include "network.h"

namespace w2s {

struct Linear {
  int weight = -1, bias = -1;
};

/** Adds a plain linear layer y = x w + b: `name`.weight [in, out] and `name`.bias [out]. rounds: see Parameters. */
Linear addLinear(Parameters& parameters, const std::string& name, long in, long out, bool bias, bool trained, Init init,
                 bool rounds);

/** x^T dy, to be added to columns of a matrix' gradient: of x and dy, or of their roundings in pairs. */
struct Product {
  int matrix;
  long column, cols;  // `column` a multiple of 16, `cols` likewise
  Panels x, dy;
  PanelsBf16 roundedX, roundedDy;
  long rows;

  long panels() const { return roundUp(cols, PANEL) / PANEL; }
};

/** Memory for factors rounded to bf16: x of the product at hand, and both factors of the gradients to come. */
struct Rounding {
  bfloat *rows = nullptr, *pairs = nullptr;
  /** Floats, or as many bytes as they take, for rounding [rows, cols]; 0 when `parameters` round nothing. */
  static long floats(const Parameters& parameters, long rows, long cols) {
    return parameters.bf16 ? (rows + 2) * roundUp(cols, PANEL) / 2 : 0;
  }
};

/**
 * Panels [begin, end) of the columns of out = [add +] x w + bias (null: none) or (turned) of [add +] x w^T, as exact as
 * the matrix' products are; `rounding` takes x.
 */
void multiplyBy(const CpuNetwork& network, int matrix, bool turned, Panels x, long rows, const float* bias, Panels out,
                Panels add, bfloat* rounding, Pool::Share panels);

/** One thread's view of the layers. Weight gradients are added at once to the thread's own gradient, or (shared) noted.
 */
class Layers {
 public:
  Layers(CpuNetwork& network, int thread) : network_(network), thread_(thread) {}

  /** Memory for what comes next, see Rounding; to be given before a region, for as many rows as one will bring. */
  Rounding rounding;

  /** out = [add +] x w + b. */
  void forward(const Linear& layer, Panels x, long rows, Panels out, Panels add = {}) const;
  /** dx = [add +] dy w^T. */
  void backward(const Linear& layer, Panels dy, long rows, Panels dx, Panels add = {}) const;
  /** The gradients of weight and bias; nothing for a frozen layer. */
  void gradients(const Linear& layer, Panels x, Panels dy, long rows);
  /** Of `cols` columns of the weight alone, `column` and `cols` multiples of 16. */
  void gradients(const Linear& layer, Panels x, Panels dy, long rows, long column, long cols);
  /** Of `cols` columns of the bias, a multiple of 32. */
  void biasGradient(const Linear& layer, long column, Panels dy, long rows, long cols) const;

  std::vector<Product> noted;

 private:
  friend void addNoted(CpuNetwork& network, std::vector<Layers>& all, int thread);
  void add(const Product& product, long panel, long panels) const;
  PanelsBf16 inPairs(Panels x, long rows, long cols);

  CpuNetwork& network_;
  const int thread_;
  long pairsUsed_ = 0;
};

/**
 * Shared gradients: after a barrier, each thread adds every thread's noted products to its own share of the columns;
 * after another, the activations may be overwritten. Every thread of the pool must come here, with as many products
 * noted.
 */
void addNoted(CpuNetwork& network, std::vector<Layers>& all, int thread);

/** Row-major [n, cols] rows into panels and back; padding columns become zero. */
void toPanels(const float* from, const int* rows, long n, long cols, Panels to);
void fromPanels(Panels from, long n, long cols, const int* rows, float* to);

}  // namespace w2s
