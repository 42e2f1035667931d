// Attention without its matrix on tensor cores (Dao 2023): a warp takes 16 queries past their keys, MET at a time. Scores,
// softmax and all sums are in single precision; factors of products are rounded.
#include "tensor_tiles.h"

namespace w2s::cuda {

namespace {

template <int D, bool BF16>
struct Forward {
  using F = Flash<D, BF16>;
  typename F::Line q[F::ROWS], k[MET];
  typename F::TurnedLine v[D];
};

/** What a lane knows of its two queries; `total` is of its own columns alone. */
struct Softmax {
  int sees[2];
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {0, 0};
};

/** Scores of keys from `first` on become e^(score - largest), and `out` is rescaled where a larger score came. */
template <int D>
DEVICE void soften(Softmax& rows, float* shares, float* out, int first, float scale) {
  float top[2] = {rows.largest[0], rows.largest[1]}, keeps[2];
  eachSum<MET>([&](int i, int key, int at) {
    shares[at] = first + key < rows.sees[i] ? shares[at] * scale : -INFINITY;
    top[i] = fmaxf(top[i], shares[at]);
  });
  UNROLL
  for (int i = 0; i < 2; i++) {  // over the four lanes that share a row
    top[i] = fmaxf(top[i], SHUFFLE_XOR(top[i], 1));
    top[i] = fmaxf(top[i], SHUFFLE_XOR(top[i], 2));
    keeps[i] = rows.largest[i] == -INFINITY ? 0.0f : expf(rows.largest[i] - top[i]);
    rows.largest[i] = top[i];
    rows.total[i] *= keeps[i];
  }
  eachSum<MET>([&](int i, int, int at) {
    shares[at] = shares[at] == -INFINITY ? 0.0f : expf(shares[at] - top[i]);
    rows.total[i] += shares[at];
  });
  eachSum<D>([&](int i, int, int at) { out[at] *= keeps[i]; });
}

template <int D, bool BF16>
KERNEL flashTile(Attend p) {
  using F = Flash<D, BF16>;
  using Shared = Forward<D, BF16>;
  SHARED_LARGE(Shared, s);
  const Tile tile = p.tiles[blockX()];
  const int head = blockY(), size = (int)p.headSize, own = warpIndex() * WARP_ROWS + laneIndex() / 4;
  const long group = head / (p.heads / p.kvHeads);
  Softmax rows;
  UNROLL
  for (int i = 0; i < 2; i++) rows.sees[i] = own + 8 * i < tile.rows ? p.keyCount[tile.row + own + 8 * i] : 0;
  const int most = warpMost(rows.sees[0] > rows.sees[1] ? rows.sees[0] : rows.sees[1]);
  Registers<D / 2> out;
  Registers<F::SUMS> shares;
  UNROLL
  for (int i = 0; i < out.SIZE; i++) out[i] = 0;
  loadWords<D, BF16, F::ROWS>(p.q, (long)head * size, tile.row, tile.rows, size, s.q);
  for (int first = 0; first < tile.count; first += MET) {
    BARRIER();  // the keys before were read
    loadWords<D, BF16, MET>(p.k, group * size, tile.from + first, tile.count - first, size, s.k);
    loadTurned<D, BF16, D>(p.v, group * size, tile.from + first, tile.count - first, size, s.v);
    BARRIER();
    if (first >= most) continue;  // for the whole warp
    multiplyRows<D, BF16>(&shares[0], s.q + warpIndex() * WARP_ROWS, s.k);
    soften<D>(rows, &shares[0], &out[0], first, p.scale);
    multiplyShares<D, BF16, D>(&out[0], &shares[0], s.v);
  }
  UNROLL
  for (int i = 0; i < 2; i++) {
    rows.total[i] += SHUFFLE_XOR(rows.total[i], 1);
    rows.total[i] += SHUFFLE_XOR(rows.total[i], 2);
    if (own + 8 * i >= tile.rows || laneIndex() % 4) continue;
    p.logSum[head * p.queries + tile.row + own + 8 * i] = rows.sees[i] ? rows.largest[i] + logf(rows.total[i]) : 0.0f;
  }
  eachSum<D>([&](int i, int d, int at) {
    if (own + 8 * i >= tile.rows || d >= size) return;
    float* to = p.out.data + (tile.row + own + 8 * i) * p.out.stride + (long)head * size;
    to[d] = rows.sees[i] ? out[at] / rows.total[i] : 0.0f;
  });
}

}  // namespace

void attendOnTensorCores(const Attend& p) {
  byHead(p, [&](auto size, auto bf16) {
    using Shared = Forward<size(), bf16()>;
    static_assert(sizeof(Shared) <= LARGEST_SHARED);
    LAUNCH((flashTile<size(), bf16()>), (Grid{(unsigned)p.tileCount, (unsigned)p.heads}),
           (Flash<size(), bf16()>::THREADS), p, sizeof(Shared));
  });
}

}  // namespace w2s::cuda
