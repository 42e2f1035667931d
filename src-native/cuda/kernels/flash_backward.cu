// Attention backward on tensor cores (Dao 2023): the sums of attention_backward.cu, once by queries and once by keys, so that
// every sum has one owner and results repeat to the bit.
#include "tensor_tiles.h"

namespace w2s::cuda {

namespace {

template <int D, bool BF16>
struct ByQueries {
  using F = Flash<D, BF16>;
  typename F::Line q[F::ROWS], dOut[F::ROWS], k[MET], v[MET];
  typename F::TurnedLine turnedK[D];
};

/** Columns of dk and dv that a block makes: registers and shared memory do not hold more. */
template <int D, bool BF16>
constexpr int PART = Flash<D, BF16>::WORDS > 64 ? D / 2 : D;

template <int D, bool BF16>
struct ByKeys {
  using F = Flash<D, BF16>;
  typename F::Line k[F::ROWS], v[F::ROWS], q[MET], dOut[MET];
  typename F::TurnedLine turnedQ[PART<D, BF16>], turnedOut[PART<D, BF16>];
  float logSum[MET], delta[MET];
  int ends[MET];  // where the keys end that each query met sees
};

/** A warp 16 queries, past their keys. */
template <int D, bool BF16>
KERNEL flashQueries(AttendBackward p) {
  using F = Flash<D, BF16>;
  using Shared = ByQueries<D, BF16>;
  SHARED_LARGE(Shared, s);
  const Attend& f = p.forward;
  const Tile tile = f.tiles[blockX()];
  const int head = blockY(), size = (int)f.headSize, own = warpIndex() * WARP_ROWS + laneIndex() / 4;
  const long group = head / (f.heads / f.kvHeads);
  int sees[2];
  float logSum[2], delta[2];
  UNROLL
  for (int i = 0; i < 2; i++) {
    const long query = tile.row + own + 8 * i, at = head * f.queries + query;
    const bool has = own + 8 * i < tile.rows;
    sees[i] = has ? f.keyCount[query] : 0, logSum[i] = has ? f.logSum[at] : 0, delta[i] = has ? p.delta[at] : 0;
  }
  const int most = warpMost(sees[0] > sees[1] ? sees[0] : sees[1]);
  Registers<D / 2> dq;
  Registers<F::SUMS> shares, slopes;
  UNROLL
  for (int i = 0; i < dq.SIZE; i++) dq[i] = 0;
  loadWords<D, BF16, F::ROWS>(f.q, (long)head * size, tile.row, tile.rows, size, s.q);
  loadWords<D, BF16, F::ROWS>(p.dOut, (long)head * size, tile.row, tile.rows, size, s.dOut);
  for (int first = 0; first < tile.count; first += MET) {
    const long from = tile.from + first, left = tile.count - first;
    BARRIER();  // the keys before were read
    loadWords<D, BF16, MET>(f.k, group * size, from, left, size, s.k);
    loadWords<D, BF16, MET>(f.v, group * size, from, left, size, s.v);
    loadTurned<D, BF16, D>(f.k, group * size, from, left, size, s.turnedK);
    BARRIER();
    if (first >= most) continue;  // for the whole warp
    multiplyRows<D, BF16>(&shares[0], s.q + warpIndex() * WARP_ROWS, s.k);
    multiplyRows<D, BF16>(&slopes[0], s.dOut + warpIndex() * WARP_ROWS, s.v);
    eachSum<MET>([&](int i, int key, int at) {
      const float share = first + key < sees[i] ? expf(shares[at] * f.scale - logSum[i]) : 0.0f;
      slopes[at] = share * (slopes[at] - delta[i]) * f.scale;
    });
    multiplyShares<D, BF16, D>(&dq[0], &slopes[0], s.turnedK);
  }
  eachSum<D>([&](int i, int d, int at) {
    if (own + 8 * i >= tile.rows || d >= size) return;
    p.dq.data[(tile.row + own + 8 * i) * p.dq.stride + (long)head * size + d] = dq[at];
  });
}

/** What a block of keys meets of a head's queries, from `from` on. By the whole block. */
template <int D, bool BF16>
DEVICE void meetQueries(ByKeys<D, BF16>& s, const AttendBackward& p, int head, long from, long left) {
  constexpr int COLUMNS = PART<D, BF16>;
  const Attend& f = p.forward;
  const int size = (int)f.headSize, skipped = blockZ() * COLUMNS;
  const long column = (long)head * size;
  loadWords<D, BF16, MET>(f.q, column, from, left, size, s.q);
  loadWords<D, BF16, MET>(p.dOut, column, from, left, size, s.dOut);
  loadTurned<D, BF16, COLUMNS>(f.q, column + skipped, from, left, size - skipped, s.turnedQ);
  loadTurned<D, BF16, COLUMNS>(p.dOut, column + skipped, from, left, size - skipped, s.turnedOut);
  const int t = threadIndex();
  if (t >= MET) return;
  const bool has = t < left;
  s.logSum[t] = has ? f.logSum[head * f.queries + from + t] : 0;
  s.delta[t] = has ? p.delta[head * f.queries + from + t] : 0;
  s.ends[t] = has ? f.keyFrom[from + t] + f.keyCount[from + t] : 0;
}

/** A warp 16 keys, past the queries of all heads that share them. */
template <int D, bool BF16>
KERNEL flashKeys(AttendBackward p) {
  using F = Flash<D, BF16>;
  using Shared = ByKeys<D, BF16>;
  constexpr int COLUMNS = PART<D, BF16>;
  SHARED_LARGE(Shared, s);
  const Attend& f = p.forward;
  const Tile tile = p.keyTiles[blockX()];
  const int group = blockY(), size = (int)f.headSize, own = warpIndex() * WARP_ROWS + laneIndex() / 4;
  const int sharing = (int)(f.heads / f.kvHeads), pieces = (tile.count + MET - 1) / MET;
  Registers<COLUMNS / 2> dk, dv;
  Registers<F::SUMS> shares, slopes;
  UNROLL
  for (int i = 0; i < dk.SIZE; i++) dk[i] = dv[i] = 0;
  loadWords<D, BF16, F::ROWS>(f.k, (long)group * size, tile.row, tile.rows, size, s.k);
  loadWords<D, BF16, F::ROWS>(f.v, (long)group * size, tile.row, tile.rows, size, s.v);
  for (int step = 0; step < sharing * pieces; step++) {
    const int first = step % pieces * MET, left = tile.count - first, query = tile.from + first + laneIndex();
    // Every warp looks at the same queries: the block goes on if none of them sees a key of the tile.
    if (warpMost(laneIndex() < left ? f.keyFrom[query] + f.keyCount[query] : 0) <= tile.row) continue;
    BARRIER();  // the queries before were read
    meetQueries<D, BF16>(s, p, group * sharing + step / pieces, tile.from + first, left);
    BARRIER();
    if (warpIndex() * WARP_ROWS >= tile.rows) continue;
    multiplyRows<D, BF16>(&shares[0], s.k + warpIndex() * WARP_ROWS, s.q);
    multiplyRows<D, BF16>(&slopes[0], s.v + warpIndex() * WARP_ROWS, s.dOut);
    eachSum<MET>([&](int i, int met, int at) {
      shares[at] = tile.row + own + 8 * i < s.ends[met] ? expf(shares[at] * f.scale - s.logSum[met]) : 0.0f;
      slopes[at] = shares[at] * (slopes[at] - s.delta[met]) * f.scale;
    });
    multiplyShares<D, BF16, COLUMNS>(&dv[0], &shares[0], s.turnedOut);
    multiplyShares<D, BF16, COLUMNS>(&dk[0], &slopes[0], s.turnedQ);
  }
  eachSum<COLUMNS>([&](int i, int column, int at) {
    const int row = own + 8 * i, d = blockZ() * COLUMNS + column;
    if (row >= tile.rows || d >= size) return;
    p.dk.data[(tile.row + row) * p.dk.stride + (long)group * size + d] = dk[at];
    p.dv.data[(tile.row + row) * p.dv.stride + (long)group * size + d] = dv[at];
  });
}

}  // namespace

void attendBackwardOnTensorCores(const AttendBackward& p) {
  const Attend& f = p.forward;
  byHead(f, [&](auto size, auto bf16) {
    constexpr int D = size(), THREADS = Flash<D, bf16()>::THREADS;
    using Queries = ByQueries<D, bf16()>;
    using Keys = ByKeys<D, bf16()>;
    static_assert(sizeof(Queries) <= LARGEST_SHARED && sizeof(Keys) <= LARGEST_SHARED);
    LAUNCH((flashQueries<D, bf16()>), (Grid{(unsigned)f.tileCount, (unsigned)f.heads}), THREADS, p, sizeof(Queries));
    LAUNCH((flashKeys<D, bf16()>), (Grid{(unsigned)p.keyTileCount, (unsigned)f.kvHeads, D / PART<D, bf16()>}), THREADS, p,
           sizeof(Keys));
  });
}

}  // namespace w2s::cuda
