// Attention without its matrix (Dao et al. 2022): a warp takes a query past its keys, 32 at a time, and rescales what it has
// when a larger score comes.
#include "tiles.h"

namespace w2s::cuda {

namespace {

template <int D>
KERNEL attendTile(Attend p) {
  using Shared = Meeting<D>;
  SHARED_LARGE(Shared, s);
  const Tile tile = p.tiles[blockX()];
  const int head = blockY(), warp = warpIndex(), lane = laneIndex(), size = (int)p.headSize;
  const long group = head / (p.heads / p.kvHeads), query = tile.row + warp;
  const bool has = warp < tile.rows;
  const int sees = has ? p.keyCount[query] : 0;
  for (int d = lane; d < size; d += WARP)
    s.own[warp][d] = has ? p.q.data[query * p.q.stride + head * size + d] * p.scale : 0.0f;
  Registers<D / WARP> out;
  UNROLL
  for (int j = 0; j < D / WARP; j++) out[j] = 0;
  float largest = -INFINITY, total = 0;
  for (int first = 0; first < tile.count; first += WARP) {
    BARRIER();  // the values before were read
    loadRows<D>(p.k, group * size, tile.from + first, tile.count - first, size, s.met);
    BARRIER();
    const bool seen = first + lane < sees;
    const float score = seen ? dot(s.own[warp], s.met[lane], size) : -INFINITY;
    const float top = fmaxf(largest, warpMax(score));
    const float weight = seen ? expf(score - top) : 0.0f, keeps = largest == -INFINITY ? 0.0f : expf(largest - top);
    largest = top;
    total = total * keeps + warpSum(weight);
    s.shares[warp][lane] = weight;
    BARRIER();
    loadRows<D>(p.v, group * size, tile.from + first, tile.count - first, size, s.met);
    BARRIER();
    UNROLL
    for (int j = 0; j < D / WARP; j++) {
      const int d = lane + j * WARP;
      if (d >= size) continue;
      float sum = out[j] * keeps;
      for (int k = 0; k < WARP; k++) sum += s.shares[warp][k] * s.met[k][d];
      out[j] = sum;
    }
  }
  if (!has) return;
  UNROLL
  for (int j = 0; j < D / WARP; j++) {
    const int d = lane + j * WARP;
    if (d < size) p.out.data[query * p.out.stride + head * size + d] = sees ? out[j] / total : 0.0f;
  }
  if (lane == 0) p.logSum[head * p.queries + query] = sees ? largest + logf(total) : 0.0f;
}

}  // namespace

void attend(const Attend& p) {
  if (onTensorCores(p.precision, p.headSize)) return attendOnTensorCores(p);
  byHeadSize(p.headSize, [&](auto size) {
    LAUNCH((attendTile<size()>), (Grid{(unsigned)p.tileCount, (unsigned)p.heads}), TILE * WARP, p,
           sizeof(Meeting<size()>));
  });
}

}  // namespace w2s::cuda
