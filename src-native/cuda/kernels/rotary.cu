// Rotary positions, half-split form (GPT-NeoX and Llama as transformers has them).
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int THREADS = 256;

KERNEL rotateEach(Rotate p) {
  const long each = p.heads * p.half, n = (long)blockX() * THREADS + threadIndex();
  if (n >= p.rows * each) return;
  const long row = n / each, head = n % each / p.half, i = n % p.half;
  float* low = p.x.data + row * p.x.stride + head * p.headSize + i;
  float* high = low + p.half;
  const long angle = p.positions[row] * p.half + i;
  const float a = *low, b = *high, c = p.cosine[angle], s = p.sine[angle] * p.sign;
  *low = a * c - b * s;
  *high = b * c + a * s;
}

}  // namespace

void rotate(const Rotate& p) {
  LAUNCH(rotateEach, Grid{piecesOf(p.rows * p.heads * p.half, THREADS)}, THREADS, p);
}

}  // namespace w2s::cuda
