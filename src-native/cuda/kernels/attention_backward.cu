// Attention backward (Dao et al. 2022): with P = e^(S - logSum), dV = P^T dO, dS = P (dO V^T - delta), dQ = dS K, dK = dS^T Q.
// Once by queries and once by keys, so that every sum has one owner.
#include "tensor_tiles.h"

namespace w2s::cuda {

namespace {

constexpr int WARPS = 4;

struct DeltaCall {
  AttendBackward p;
  Precision rounds;
};

/** delta = the sum of dO O over a head: what softmax takes off, of dO as the products have it, so that the difference is exact. */
KERNEL sumDelta(DeltaCall call) {
  const AttendBackward& p = call.p;
  const Attend& f = p.forward;
  const long n = (long)blockX() * WARPS + warpIndex();
  if (n >= f.queries * f.heads) return;
  const long query = n % f.queries, column = n / f.queries * f.headSize;
  float sum = 0;
  for (long d = laneIndex(); d < f.headSize; d += WARP) {
    const float slope = p.dOut.data[query * p.dOut.stride + column + d];
    sum += roundedTo(call.rounds, slope) * f.out.data[query * f.out.stride + column + d];
  }
  sum = warpSum(sum);
  if (laneIndex() == 0) p.delta[n] = sum;
}

/** A warp a query, past its keys. */
template <int D>
KERNEL attendBackwardQueries(AttendBackward p) {
  using Shared = Meeting<D>;
  SHARED_LARGE(Shared, s);
  const Attend& f = p.forward;
  const Tile tile = f.tiles[blockX()];
  const int head = blockY(), warp = warpIndex(), lane = laneIndex(), size = (int)f.headSize;
  const long group = head / (f.heads / f.kvHeads), query = tile.row + warp;
  const bool has = warp < tile.rows;
  const int sees = has ? f.keyCount[query] : 0;
  for (int d = lane; d < size; d += WARP) {
    s.own[warp][d] = has ? f.q.data[query * f.q.stride + head * size + d] * f.scale : 0.0f;
    s.other[warp][d] = has ? p.dOut.data[query * p.dOut.stride + head * size + d] : 0.0f;
  }
  const float logSum = has ? f.logSum[head * f.queries + query] : 0, delta = has ? p.delta[head * f.queries + query] : 0;
  Registers<D / WARP> dq;
  UNROLL
  for (int j = 0; j < D / WARP; j++) dq[j] = 0;
  for (int first = 0; first < tile.count; first += WARP) {
    BARRIER();
    loadRows<D>(f.v, group * size, tile.from + first, tile.count - first, size, s.met);
    BARRIER();
    const float dShare = dot(s.other[warp], s.met[lane], size);
    BARRIER();
    loadRows<D>(f.k, group * size, tile.from + first, tile.count - first, size, s.met);
    BARRIER();
    const bool seen = first + lane < sees;
    const float share = seen ? expf(dot(s.own[warp], s.met[lane], size) - logSum) : 0.0f;
    s.shares[warp][lane] = share * (dShare - delta) * f.scale;
    WARP_BARRIER();
    UNROLL
    for (int j = 0; j < D / WARP; j++) {
      const int d = lane + j * WARP;
      if (d >= size) continue;
      float sum = dq[j];
      for (int k = 0; k < WARP; k++) sum += s.shares[warp][k] * s.met[k][d];
      dq[j] = sum;
    }
    WARP_BARRIER();
  }
  if (!has) return;
  UNROLL
  for (int j = 0; j < D / WARP; j++) {
    const int d = lane + j * WARP;
    if (d < size) p.dq.data[query * p.dq.stride + head * size + d] = dq[j];
  }
}

/** A warp a key, past the queries of all heads that share it. */
template <int D>
KERNEL attendBackwardKeys(AttendBackward p) {
  using Shared = Meeting<D>;
  SHARED_LARGE(Shared, s);
  const Attend& f = p.forward;
  const Tile tile = p.keyTiles[blockX()];
  const int group = blockY(), warp = warpIndex(), lane = laneIndex(), size = (int)f.headSize;
  const int sharing = (int)(f.heads / f.kvHeads);
  const long key = tile.row + warp;
  const bool has = warp < tile.rows;
  for (int d = lane; d < size; d += WARP) {
    s.own[warp][d] = has ? f.k.data[key * f.k.stride + group * size + d] : 0.0f;
    s.other[warp][d] = has ? f.v.data[key * f.v.stride + group * size + d] : 0.0f;
  }
  Registers<D / WARP> dk, dv;
  UNROLL
  for (int j = 0; j < D / WARP; j++) dk[j] = dv[j] = 0;
  const int pieces = (tile.count + WARP - 1) / WARP;
  for (int step = 0; step < sharing * pieces; step++) {
    const int head = group * sharing + step / pieces;
    const int first = step % pieces * WARP, left = tile.count - first;
    const long query = tile.from + first + lane;
    const bool seen = has && lane < left && key - f.keyFrom[query] < f.keyCount[query];
    BARRIER();
    loadRows<D>(f.q, head * size, tile.from + first, left, size, s.met);
    BARRIER();
    const float score = dot(s.own[warp], s.met[lane], size) * f.scale;
    const float share = seen ? expf(score - f.logSum[head * f.queries + query]) : 0.0f;
    s.shares[warp][lane] = share;
    BARRIER();
    loadRows<D>(p.dOut, head * size, tile.from + first, left, size, s.met);
    BARRIER();
    const float dShare = dot(s.other[warp], s.met[lane], size);
    s.more[warp][lane] = seen ? share * (dShare - p.delta[head * f.queries + query]) * f.scale : 0.0f;
    UNROLL
    for (int j = 0; j < D / WARP; j++) {
      const int d = lane + j * WARP;
      if (d >= size) continue;
      float sum = dv[j];
      for (int k = 0; k < WARP; k++) sum += s.shares[warp][k] * s.met[k][d];
      dv[j] = sum;
    }
    BARRIER();
    loadRows<D>(f.q, head * size, tile.from + first, left, size, s.met);
    BARRIER();
    UNROLL
    for (int j = 0; j < D / WARP; j++) {
      const int d = lane + j * WARP;
      if (d >= size) continue;
      float sum = dk[j];
      for (int k = 0; k < WARP; k++) sum += s.more[warp][k] * s.met[k][d];
      dk[j] = sum;
    }
  }
  if (!has) return;
  UNROLL
  for (int j = 0; j < D / WARP; j++) {
    const int d = lane + j * WARP;
    if (d >= size) continue;
    p.dk.data[key * p.dk.stride + group * size + d] = dk[j];
    p.dv.data[key * p.dv.stride + group * size + d] = dv[j];
  }
}

}  // namespace

void attendBackward(const AttendBackward& p) {
  const Attend& f = p.forward;
  const bool rounds = onTensorCores(f.precision, f.headSize);
  LAUNCH(sumDelta, Grid{piecesOf(f.queries * f.heads, WARPS)}, WARPS * WARP,
         (DeltaCall{p, rounds ? f.precision : Precision::fp32}));
  if (rounds) return attendBackwardOnTensorCores(p);
  byHeadSize(f.headSize, [&](auto size) {
    LAUNCH((attendBackwardQueries<size()>), (Grid{(unsigned)f.tileCount, (unsigned)f.heads}), TILE * WARP, p,
           sizeof(Meeting<size()>));
    LAUNCH((attendBackwardKeys<size()>), (Grid{(unsigned)p.keyTileCount, (unsigned)f.kvHeads}), TILE * WARP, p,
           sizeof(Meeting<size()>));
  });
}

}  // namespace w2s::cuda
