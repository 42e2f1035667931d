// Activations of the MLP with their derivatives.
#pragma once
#include "../../spec.h"
#include "../device/launch.h"

namespace w2s::cuda {

struct Slope {
  float value, slope;
};

DEVICE float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

DEVICE Slope relu(float x) { return {x > 0 ? x : 0, x > 0 ? 1.0f : 0.0f}; }

/** x s(2u) with u = sqrt(2/pi) (x + 0.044715 x^3): since (1 + tanh u) / 2 is the sigmoid s of 2u. */
DEVICE Slope geluTanh(float x) {
  const float k = 2 * 0.79788456080286536f, cubic = 0.044715f, square = x * x;
  const float s = sigmoid(k * x * (1 + cubic * square));
  return {x * s, s + x * s * (1 - s) * k * (1 + 3 * cubic * square)};
}

DEVICE Slope geluErf(float x) {
  const float cdf = 0.5f * erfcf(-0.70710678118654752f * x);
  return {x * cdf, cdf + x * 0.39894228040143268f * expf(-0.5f * x * x)};
}

DEVICE Slope silu(float x) {
  const float s = sigmoid(x);
  return {x * s, s * (1 + x * (1 - s))};
}

DEVICE Slope activation(Activation kind, float x) {
  if (kind == Activation::relu) return relu(x);
  if (kind == Activation::geluTanh) return geluTanh(x);
  if (kind == Activation::geluErf) return geluErf(x);
  return silu(x);  // of a gate
}

}  // namespace w2s::cuda
