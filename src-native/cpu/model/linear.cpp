#include "linear.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace w2s {

Linear addLinear(Parameters& parameters, const std::string& name, long in, long out, bool bias, bool trained, Init init,
                 bool rounds) {
  Linear layer;
  layer.weight = parameters.addMatrix(in, out, trained ? Gradient::dense : Gradient::none, trained, rounds);
  Placed weight;
  weight.name = name + ".weight";
  weight.shape = {in, out};
  weight.matrix = layer.weight;
  weight.in = Axis::plain(in);
  weight.out = Axis::plain(out);
  weight.init = init;
  parameters.addTensor(weight);
  if (!bias) return layer;
  layer.bias = parameters.addVector(out, trained);
  Placed offset;
  offset.name = name + ".bias";
  offset.shape = {out};
  offset.vector = layer.bias;
  offset.out = Axis::plain(out);
  parameters.addTensor(offset);
  return layer;
}

void multiplyBy(const CpuNetwork& network, int matrix, bool turned, Panels x, long rows, const float* bias, Panels out,
                Panels add, bfloat* rounding, Pool::Share panels) {
  const Parameters& p = network.parameters;
  const Matrix& m = p.matrix(matrix);
  const long depth = turned ? m.out : m.in, first = panels.begin, cols = (panels.end - first) * PANEL;
  if (!cols) return;
  if (bias) bias += first * PANEL;
  if (add.data) add = add.panels(first);
  if (!m.bf16) {
    const Panels weights = turned ? p.mirror(matrix) : p.weights(matrix);
    network.kernels.multiply({x, weights.panels(first), out.panels(first), rows, depth, cols, bias, add});
    return;
  }
  const PanelsBf16 weights = turned ? p.roundedMirror(matrix) : p.rounded(matrix);
  const PanelsBf16 roundedX = {rounding, rows | 1};
  p.bf16->toRows(x, rows, depth, roundedX);
  p.bf16->multiply({roundedX, weights.panels(first), out.panels(first), rows, depth, cols, bias, add});
}

void Layers::forward(const Linear& layer, Panels x, long rows, Panels out, Panels add) const {
  const Parameters& p = network_.parameters;
  const float* bias = layer.bias < 0 ? nullptr : p.values(layer.bias);
  const long panels = p.matrix(layer.weight).out / PANEL;
  multiplyBy(network_, layer.weight, false, x, rows, bias, out, add, rounding.rows, {0, panels});
}

void Layers::backward(const Linear& layer, Panels dy, long rows, Panels dx, Panels add) const {
  const long panels = network_.parameters.matrix(layer.weight).in / PANEL;
  multiplyBy(network_, layer.weight, true, dy, rows, nullptr, dx, add, rounding.rows, {0, panels});
}

PanelsBf16 Layers::inPairs(Panels x, long rows, long cols) {
  const PanelsBf16 to = {rounding.pairs + pairsUsed_, roundUp(rows, 2)};
  network_.parameters.bf16->toPairs(x, rows, cols, to);
  pairsUsed_ += to.stride * cols;
  return to;
}

void Layers::gradients(const Linear& layer, Panels x, Panels dy, long rows) {
  const long cols = network_.parameters.matrix(layer.weight).out;
  biasGradient(layer, 0, dy, rows, cols);
  gradients(layer, x, dy, rows, 0, cols);
}

void Layers::biasGradient(const Linear& layer, long column, Panels dy, long rows, long cols) const {
  if (layer.bias < 0) return;
  float* gradient = network_.optimiser.vectorGradient(layer.bias, thread_);
  if (gradient) network_.kernels.columnSums(dy, rows, cols, gradient + column);
}

void Layers::gradients(const Linear& layer, Panels x, Panels dy, long rows, long column, long cols) {
  const Matrix& m = network_.parameters.matrix(layer.weight);
  if (m.gradient != Gradient::dense) return;
  Product product{layer.weight, column, cols, x, dy, {}, {}, rows};
  if (m.bf16) product.roundedX = inPairs(x, rows, m.in), product.roundedDy = inPairs(dy, rows, cols);
  if (network_.optimiser.shared()) {
    noted.push_back(product);
  } else {
    add(product, 0, product.panels());
    pairsUsed_ = 0;
  }
}

/** Adds `panels` panels of columns of a product (its last one may be half) to the gradient. */
void Layers::add(const Product& p, long panel, long panels) const {
  const Matrix& m = network_.parameters.matrix(p.matrix);
  Panels gradient = network_.optimiser.gradient(p.matrix, thread_).panels(p.column / PANEL + panel);
  gradient.data += p.column % PANEL;
  const long cols = std::min(panels * PANEL, p.cols - panel * PANEL);
  const bool fresh = network_.optimiser.takeFresh(p.matrix, thread_, p.column + panel * PANEL, cols);
  if (m.bf16)
    network_.parameters.bf16->outer({p.roundedX, p.roundedDy.panels(panel), gradient, p.rows, m.in, cols, fresh});
  else
    network_.kernels.outer({p.x, p.dy.panels(panel), gradient, p.rows, m.in, cols, fresh});
}

void addNoted(CpuNetwork& network, std::vector<Layers>& all, int thread) {
  if (!network.optimiser.shared()) return;
  network.pool.barrier();
  const std::vector<Product>& products = all[0].noted;
  // The unit is one panel of one matrix, and costs as many products as the matrix has rows.
  double total = 0, done = 0;
  for (const Product& p : products) {
    total += (double)(network.parameters.matrix(p.matrix).in * p.panels());
  }
  const double begin = total * thread / network.pool.size(), end = total * (thread + 1) / network.pool.size();
  for (std::size_t i = 0; i < products.size(); i++) {
    const long panels = products[i].panels();
    const double size = (double)network.parameters.matrix(products[i].matrix).in;
    // Those whose middle lies in this thread's share: of one matrix, they lie side by side.
    auto before = [&](double place) {
      return std::clamp((long)std::ceil((place - done) / size - 0.5), 0l, panels);
    };
    const long first = before(begin), count = before(end) - first;
    done += size * (double)panels;
    for (int t = 0; t < network.pool.size() && count > 0; t++)
      all[thread].add(all[t].noted[i], first, count);
  }
  network.pool.barrier();
  all[thread].noted.clear();
  all[thread].pairsUsed_ = 0;
}

void toPanels(const float* from, const int* rows, long n, long cols, Panels to) {
  for (long r = 0; r < n; r++) {
    const float* row = from + (rows ? rows[r] : r) * cols;
    for (long c = 0; c < cols; c += PANEL) {
      const long width = cols - c < PANEL ? cols - c : PANEL;
      float* at = to.panels(c / PANEL).row(r);
      std::memcpy(at, row + c, (std::size_t)width * sizeof(float));
      std::memset(at + width, 0, (std::size_t)(PANEL - width) * sizeof(float));
    }
  }
}

void fromPanels(Panels from, long n, long cols, const int* rows, float* to) {
  for (long r = 0; r < n; r++)
    for (long c = 0; c < cols; c += PANEL)
      std::memcpy(to + (rows ? rows[r] : r) * cols + c, from.panels(c / PANEL).row(r),
                  (std::size_t)(cols - c < PANEL ? cols - c : PANEL) * sizeof(float));
}

}  // namespace w2s
