// Activations of the MLP, with their derivatives: forward alone, and (backward) value and gradient in one sweep, since
// both need the same exponential.
#pragma once
#include "../kernels/kernels.h"
#include "../kernels/simd.h"

namespace w2s {
namespace {

struct Slope {
  vf value, slope;
};

inline Slope relu(vf x) {
  vi positive = x > zero();
  // In this order, since a NaN gives the second one.
  return {max(zero(), x), floats(bits(set1(1.0f)) & positive)};
}

/** x s(2u) with u = sqrt(2/pi) (x + 0.044715 x^3): since (1 + tanh u) / 2 is the sigmoid s of 2u. */
inline __attribute__((always_inline)) Slope geluTanh(vf x) {
  const vf k = set1(2 * 0.79788456080286536f), cubic = set1(0.044715f);
  vf square = x * x;
  vf s = sigmoid(k * x * (set1(1.0f) + cubic * square));
  vf inner = k * (set1(1.0f) + set1(3.0f) * cubic * square);
  return {x * s, s + x * s * (set1(1.0f) - s) * inner};
}

inline Slope geluErf(vf x) {
  vf cdf, density;
  normal(x, &cdf, &density);
  return {x * cdf, cdf + x * density};
}

inline Slope silu(vf x) {
  vf s = sigmoid(x);
  return {x * s, s * (set1(1.0f) + x * (set1(1.0f) - s))};
}

/** f(vector of h, vector of the second factor or null, column, row) over all rows and columns. */
template <typename F>
inline void each(long rows, long cols, F f) {
  for (long panel = 0; panel * PANEL < cols; panel++)
    for (long r = 0; r < rows; r++)
      for (long at = 0; at < PANEL; at += W) f(panel, r * PANEL + at);
}

void activate(Activation kind, Panels h, long rows, long cols, Panels out) {
  const Panels up = h.panels((cols + PANEL - 1) / PANEL);
  auto sweep = [&](auto value) {
    each(rows, cols,
         [&](long panel, long at) { store(out.panels(panel).data + at, value(load(h.panels(panel).data + at))); });
  };
  switch (kind) {
    case Activation::relu:
      return sweep([](vf x) { return relu(x).value; });
    case Activation::geluTanh:
      return sweep([](vf x) { return geluTanh(x).value; });
    case Activation::geluErf:
      return sweep([](vf x) { return geluErf(x).value; });
    case Activation::swiglu:
      each(rows, cols, [&](long panel, long at) {
        vf gate = silu(load(h.panels(panel).data + at)).value;
        store(out.panels(panel).data + at, gate * load(up.panels(panel).data + at));
      });
  }
}

void activateBackward(Activation kind, Panels h, long rows, long cols, Panels out, Panels dh) {
  const long half = (cols + PANEL - 1) / PANEL;
  const Panels up = h.panels(half), dUp = dh.panels(half);
  auto sweep = [&](auto both) {
    each(rows, cols, [&](long panel, long at) {
      Slope f = both(load(h.panels(panel).data + at));
      float* o = out.panels(panel).data + at;
      store(dh.panels(panel).data + at, load(o) * f.slope);
      store(o, f.value);
    });
  };
  switch (kind) {
    case Activation::relu:
      return sweep([](vf x) { return relu(x); });
    case Activation::geluTanh:
      return sweep([](vf x) { return geluTanh(x); });
    case Activation::geluErf:
      return sweep([](vf x) { return geluErf(x); });
    case Activation::swiglu:
      each(rows, cols, [&](long panel, long at) {
        Slope gate = silu(load(h.panels(panel).data + at));
        vf factor = load(up.panels(panel).data + at);
        float* o = out.panels(panel).data + at;
        vf dOut = load(o);
        store(dh.panels(panel).data + at, dOut * factor * gate.slope);
        store(dUp.panels(panel).data + at, dOut * gate.value);
        store(o, gate.value * factor);
      });
  }
}

}  // namespace
}  // namespace w2s
