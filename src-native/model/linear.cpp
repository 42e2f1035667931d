#include "linear.h"

#include <cstring>

namespace w2s {

Linear addLinear(Parameters& parameters, const std::string& name, long in, long out, bool bias, bool trained,
                 Init init) {
  Linear layer;
  layer.weight = parameters.addMatrix(in, out, trained ? Gradient::dense : Gradient::none, trained);
  Tensor weight;
  weight.name = name + ".weight";
  weight.shape = {in, out};
  weight.matrix = layer.weight;
  weight.in = Axis::plain(in);
  weight.out = Axis::plain(out);
  weight.init = init;
  parameters.addTensor(weight);
  if (!bias) return layer;
  layer.bias = parameters.addVector(out, trained);
  Tensor offset;
  offset.name = name + ".bias";
  offset.shape = {out};
  offset.vector = layer.bias;
  offset.out = Axis::plain(out);
  parameters.addTensor(offset);
  return layer;
}

void Layers::forward(const Linear& layer, Panels x, long rows, Panels out, Panels add) const {
  const Parameters& p = network_.parameters;
  const Matrix& m = p.matrix(layer.weight);
  const float* bias = layer.bias < 0 ? nullptr : p.values(layer.bias);
  network_.kernels.multiply({x, p.weights(layer.weight), out, rows, m.in, m.out, bias, add});
}

void Layers::backward(const Linear& layer, Panels dy, long rows, Panels dx, Panels add) const {
  const Parameters& p = network_.parameters;
  const Matrix& m = p.matrix(layer.weight);
  network_.kernels.multiply({dy, p.mirror(layer.weight), dx, rows, m.out, m.in, nullptr, add});
}

void Layers::gradients(const Linear& layer, Panels x, Panels dy, long rows) {
  const Matrix& m = network_.parameters.matrix(layer.weight);
  if (m.gradient != Gradient::dense) return;
  if (layer.bias >= 0)
    network_.kernels.columnSums(dy, rows, m.out, network_.optimiser.vectorGradient(layer.bias, thread_));
  if (network_.optimiser.shared())
    noted.push_back({layer.weight, x, dy, rows});
  else
    network_.kernels.outer({x, dy, network_.optimiser.gradient(layer.weight, thread_), rows, m.in, m.out});
}

void addNoted(Network& network, std::vector<Layers>& all, int thread) {
  if (!network.optimiser.shared()) return;
  network.pool.barrier();
  const std::vector<Product>& products = all[0].noted;
  // The unit is one panel of one matrix, and costs as many products as the matrix has rows.
  double total = 0, done = 0;
  for (const Product& p : products) {
    const Matrix& m = network.parameters.matrix(p.matrix);
    total += (double)(m.in * m.out);
  }
  const double begin = total * thread / network.pool.size(), end = total * (thread + 1) / network.pool.size();
  for (std::size_t i = 0; i < products.size(); i++) {
    const Matrix& m = network.parameters.matrix(products[i].matrix);
    const Panels gradient = network.optimiser.gradient(products[i].matrix, thread);
    for (long panel = 0; panel < m.out / PANEL; panel++) {
      const double middle = done + (double)m.in * PANEL / 2;
      done += (double)m.in * PANEL;
      if (middle < begin || middle >= end) continue;
      for (const Layers& other : all) {
        const Product& p = other.noted[i];
        if (p.rows) network.kernels.outer({p.x, p.dy.panels(panel), gradient.panels(panel), p.rows, m.in, PANEL});
      }
    }
  }
  network.pool.barrier();
  all[thread].noted.clear();
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
