// Matrix products on tensor cores, factors rounded to bf16 or TF32 as they pass into shared memory: a block makes a tile of
// SIDE x SIDE numbers, each warp a part of it in registers. While one strip is multiplied the next is on its way.
#include "../device/mma.h"
#include "finish.h"

namespace w2s::cuda {

namespace {

constexpr int WORDS = 16;         // of 32 bits along k, a strip
constexpr int LINE = WORDS + 4;   // so that the eight rows that a warp reads at a time lie in other banks
constexpr int ROWS = 16, COLUMNS = 8;  // of one product of a warp

/** How a tile is shared out among warps. */
template <int SIDE>
struct Shape {
  static constexpr int WARPS = SIDE == 128 ? 8 : 4, THREADS = WARPS * WARP;
  static constexpr int ACROSS = WARPS / 2, HEIGHT = SIDE / 2, WIDTH = SIDE / ACROSS;  // two warps down
  static constexpr int DOWN = HEIGHT / ROWS, RIGHT = WIDTH / COLUMNS;                 // products of a warp
  static constexpr int WORDS_EACH = SIDE * WORDS / THREADS;
};

template <int SIDE>
struct Strips {
  // Two of each: one is read while the other is filled.
  unsigned a[2][SIDE][LINE], b[2][SIDE][LINE];
};

/** A thread's share of the strips of a tile of [rows, depth], zero outside. Lanes go along what is contiguous. */
template <int SIDE, bool BF16, bool TURNED>
struct Share {
  static constexpr int COUNT = Shape<SIDE>::WORDS_EACH, EACH = BF16 ? 2 : 1, DEPTH = WORDS * EACH;
  const float* next;
  int stride, rows;  // rows from this thread's first one on
  Registers<COUNT * EACH> numbers;

  DEVICE_MEMBER static int row() { return TURNED ? threadIndex() % SIDE : threadIndex() / WORDS; }
  DEVICE_MEMBER static int word() { return TURNED ? threadIndex() / SIDE : threadIndex() % WORDS; }
  /** What the share's word n has more than its first. */
  DEVICE_MEMBER static int rowOf(int n) { return TURNED ? 0 : n * (Shape<SIDE>::THREADS / WORDS); }
  DEVICE_MEMBER static int wordOf(int n) { return TURNED ? n * (Shape<SIDE>::THREADS / SIDE) : 0; }

  DEVICE_MEMBER Share(const View& x, long first, long all) {
    stride = (int)x.stride;
    const long more = all - first - row();
    rows = more < SIDE ? (int)more : SIDE;
    const long k = word() * EACH;
    next = TURNED ? x.data + k * x.stride + first + row() : x.data + (first + row()) * x.stride + k;
  }
  /** The strip that comes next, with `left` numbers along k or more. */
  DEVICE_MEMBER void fetch(long left) {
    const int depth = (left < DEPTH ? (int)left : DEPTH) - word() * EACH;
    UNROLL
    for (int n = 0; n < COUNT; n++)
      UNROLL
      for (int i = 0; i < EACH; i++) {
        const int r = rowOf(n), k = wordOf(n) * EACH + i;
        numbers[n * EACH + i] = r < rows && k < depth ? next[TURNED ? k * stride + r : r * stride + k] : 0.0f;
      }
    next += TURNED ? (long)DEPTH * stride : DEPTH;
  }
  DEVICE_MEMBER void store(unsigned (*strip)[LINE]) {
    UNROLL
    for (int n = 0; n < COUNT; n++) {
      unsigned& to = strip[row() + rowOf(n)][word() + wordOf(n)];
      if constexpr (BF16)
        to = bf16Pair(numbers[n * 2], numbers[n * 2 + 1]);
      else
        to = tf32(numbers[n]);
    }
  }
};

/** A warp's part of a tile: sums of products, DOWN x RIGHT of them. */
template <int SIDE, bool BF16>
struct Part {
  using S = Shape<SIDE>;
  Registers<S::DOWN * S::RIGHT * 4> sums;

  DEVICE_MEMBER static int firstRow() { return warpIndex() / S::ACROSS * S::HEIGHT + laneIndex() / 4; }
  DEVICE_MEMBER static int firstColumn() { return warpIndex() % S::ACROSS * S::WIDTH; }

  DEVICE_MEMBER void multiply(unsigned (*a)[LINE], unsigned (*b)[LINE]) {
    const int row = firstRow(), column = firstColumn() + laneIndex() / 4;
    UNROLL
    for (int step = 0; step < WORDS; step += MMA_WORDS) {
      const int word = step + laneIndex() % 4;
      unsigned ofB[S::RIGHT][2];
      UNROLL
      for (int j = 0; j < S::RIGHT; j++)
        UNROLL
        for (int i = 0; i < 2; i++) ofB[j][i] = b[column + j * COLUMNS][word + i * 4];
      UNROLL
      for (int d = 0; d < S::DOWN; d++) {
        unsigned ofA[4];
        UNROLL
        for (int i = 0; i < 4; i++) ofA[i] = a[row + d * ROWS + i % 2 * 8][word + i / 2 * 4];
        UNROLL
        for (int j = 0; j < S::RIGHT; j++) multiplyWarp<BF16>(&sums[(d * S::RIGHT + j) * 4], ofA, ofB[j]);
      }
    }
  }
  DEVICE_MEMBER void write(const Gemm& p, long atRow, long atColumn) {
    UNROLL
    for (int d = 0; d < S::DOWN; d++)
      UNROLL
      for (int j = 0; j < S::RIGHT; j++)
        UNROLL
        for (int down = 0; down < 2; down++) {
          const long row = atRow + firstRow() + d * ROWS + down * 8;
          const long column = atColumn + firstColumn() + j * COLUMNS + laneIndex() % 4 * 2;
          if (row >= p.m || column >= p.n) continue;
          const float* pair = &sums[(d * S::RIGHT + j) * 4 + down * 2];
          const float before = finish(p, row, column, pair[0], 0);
          if (column + 1 < p.n) finish(p, row, column + 1, pair[1], before);
        }
  }
};

template <int SIDE, bool BF16, bool TURN_A, bool TURN_B>
KERNEL tensorTile(Gemm p) {
  SHARED(Strips<SIDE>, strips);
  const long row = (long)blockY() * SIDE, column = (long)blockX() * SIDE;
  Share<SIDE, BF16, TURN_A> a(p.a, row, p.m);
  Share<SIDE, BF16, !TURN_B> b(p.b, column, p.n);
  Part<SIDE, BF16> part;
  UNROLL
  for (int i = 0; i < part.sums.SIZE; i++) part.sums[i] = 0;
  a.fetch(p.k);
  b.fetch(p.k);
  a.store(strips.a[0]);
  b.store(strips.b[0]);
  BARRIER();
  int now = 0;
  for (long left = p.k - a.DEPTH;; left -= a.DEPTH) {
    const bool more = left > 0;
    if (more) {
      a.fetch(left);
      b.fetch(left);
    }
    part.multiply(strips.a[now], strips.b[now]);
    if (!more) break;
    now = 1 - now;
    a.store(strips.a[now]);
    b.store(strips.b[now]);
    BARRIER();
  }
  part.write(p, row, column);
}

/** Large tiles read each factor less often; they have to be enough to give every core of a card one. */
constexpr long ENOUGH = 128;

}  // namespace

void gemmOnTensorCores(const Gemm& p) {
  byTurns(p, [&](auto turnA, auto turnB) {
    auto tiles = [&](auto side, auto bf16) {
      LAUNCH((tensorTile<side(), bf16(), turnA(), turnB()>), (Grid{piecesOf(p.n, side()), piecesOf(p.m, side())}),
             Shape<side()>::THREADS, p);
    };
    auto sized = [&](auto bf16) {
      if ((long)piecesOf(p.n, 128) * piecesOf(p.m, 128) >= ENOUGH)
        tiles(std::integral_constant<int, 128>{}, bf16);
      else
        tiles(std::integral_constant<int, 64>{}, bf16);
    };
    if (p.precision == Precision::bf16)
      sized(std::true_type{});
    else
      sized(std::false_type{});
  });
}

}  // namespace w2s::cuda
