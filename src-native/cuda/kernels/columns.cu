// Sums over rows, column by column: first of CHUNK rows each, then of the chunks in their order.
#include "../device/launch.h"
#include "kernels.h"

namespace w2s::cuda {

namespace {

constexpr int GROUPS = 8;  // of rows, in a block
constexpr long CHUNK = 128;
constexpr int THREADS = 128;

struct ColumnCall {
  View dy;
  const float *x, *mean, *rstd;  // x null: plain sums
  float* partial;                // [chunks, cols]
  long rows, cols;
};

struct AddCall {
  const float* partial;
  float* out;
  long chunks, cols;
};

struct Partials {
  float at[GROUPS][WARP];
};

KERNEL sumChunks(ColumnCall p) {
  SHARED(Partials, partials);
  const long c = (long)blockX() * WARP + laneIndex(), first = blockY() * CHUNK;
  const long end = first + CHUNK < p.rows ? first + CHUNK : p.rows;
  float sum = 0;
  if (c < p.cols)
    for (long r = first + warpIndex(); r < end; r += GROUPS) {
      const float d = p.dy.data[r * p.dy.stride + c];
      sum += p.x ? d * ((p.x[r * p.cols + c] - p.mean[r]) * p.rstd[r]) : d;
    }
  partials.at[warpIndex()][laneIndex()] = sum;
  BARRIER();
  if (warpIndex() || c >= p.cols) return;
  for (int g = 1; g < GROUPS; g++) sum += partials.at[g][laneIndex()];
  p.partial[blockY() * p.cols + c] = sum;
}

KERNEL addChunks(AddCall p) {
  const long c = (long)blockX() * THREADS + threadIndex();
  if (c >= p.cols) return;
  float sum = 0;
  for (long chunk = 0; chunk < p.chunks; chunk++) sum += p.partial[chunk * p.cols + c];
  p.out[c] += sum;
}

void sum(const ColumnCall& call, float* out) {
  const unsigned chunks = piecesOf(call.rows, CHUNK);
  LAUNCH(sumChunks, (Grid{piecesOf(call.cols, WARP), chunks}), GROUPS * WARP, call);
  LAUNCH(addChunks, Grid{piecesOf(call.cols, THREADS)}, THREADS, (AddCall{call.partial, out, chunks, call.cols}));
}

}  // namespace

long columnScratch(long rows, long cols) { return piecesOf(rows, CHUNK) * cols; }

void columnSums(View dy, long rows, long cols, float* scratch, float* out) {
  sum({dy, nullptr, nullptr, nullptr, scratch, rows, cols}, out);
}

void gammaSums(const Normed& p, const float* dy, float* scratch, float* out) {
  sum({{(float*)dy, p.cols}, p.x, p.mean, p.rstd, scratch, p.rows, p.cols}, out);
}

}  // namespace w2s::cuda
