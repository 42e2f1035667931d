// What is put on a product before anything is written: bias, sum and activation.
#pragma once
#include "activation.h"
#include "kernels.h"

namespace w2s::cuda {

/** One number of c; `gate`: the finished one before it in the row, which a swiglu's odd columns let through. @returns it finished */
DEVICE float finish(const Gemm& p, long row, long column, float x, float gate) {
  if (p.bias) x += p.bias[column];
  if (p.add.data) x += p.add.data[row * p.add.stride + column];
  if (p.c.data) p.c.data[row * p.c.stride + column] = x;
  if (!p.activates) return x;
  if (p.activation != Activation::swiglu)
    p.activated.data[row * p.activated.stride + column] = activation(p.activation, x).value;
  else if (column % 2)
    p.activated.data[row * p.activated.stride + column / 2] = silu(gate).value * x;
  return x;
}

/** f(std::bool_constant for turnA, and for turnB). */
template <typename F>
void byTurns(const Gemm& p, F f) {
  if (p.turnA)
    f(std::true_type{}, std::false_type{});
  else if (p.turnB)
    f(std::false_type{}, std::true_type{});
  else
    f(std::false_type{}, std::false_type{});
}

}  // namespace w2s::cuda
