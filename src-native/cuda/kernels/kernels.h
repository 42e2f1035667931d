// What the model code asks of the device: one function a kind of work, each started and not waited for. Matrices are
// row-major; `stride` is the distance of two rows. Nothing is summed by atomics, so results repeat to the bit.
#pragma once
#include <cstdint>

#include "../../network.h"

namespace w2s::cuda {

/** A matrix, or some columns of one. */
struct View {
  float* data = nullptr;
  long stride = 0;
};

// --- embedding.cu ----------------------------------------------------------------------------------------------------

struct Embed {
  const int *tokens, *positions;                      // per row
  const float *tokenTable, *positionTable, *typeTable;  // null: none
  float* out;
  long rows, width;
};
void embed(const Embed& p);

/** gradient[ids[i]] += the sum of the rows uses[starts[i] .. starts[i + 1]) of dx, in that order; ids without rows may repeat. */
struct EmbedGradient {
  const int *ids, *starts, *uses;
  const float* dx;
  float* gradient;
  long count, width;
};
void embedGradient(const EmbedGradient& p);

// --- norm.cu ---------------------------------------------------------------------------------------------------------

/** A norm's input; mean and 1 / deviation of each row are written by normForward and read by the rest. */
struct Normed {
  Norm kind;
  float eps;
  const float *gamma, *beta;  // beta null: none
  const float* x;
  float *mean, *rstd;
  long rows, cols;
};
void normForward(const Normed& p, float* out);
/** The same values again, from the statistics. */
void normApply(const Normed& p, float* out);
/** dx = [add +] the gradient of x. dx may be dy or add. */
void normBackward(const Normed& p, const float* dy, float* dx, const float* add);

// --- columns.cu ------------------------------------------------------------------------------------------------------

/** Floats of scratch for the sums of `rows` rows. */
long columnScratch(long rows, long cols);
/** out += the sum of the rows of dy (a bias' gradient). */
void columnSums(View dy, long rows, long cols, float* scratch, float* out);
/** out += the sum over rows of dy times the normalised x (gamma's gradient). */
void gammaSums(const Normed& p, const float* dy, float* scratch, float* out);

// --- gemm.cu, tensor_cores.cu -----------------------------------------------------------------------------------------

/** c[m, n] = [add +] op(a) op(b) [+ bias]; op(a) is [m, k], op(b) is [k, n]. add may be c itself. */
struct Gemm {
  View a, b, c;
  long m, n, k;
  bool turnA = false, turnB = false;  // a is [k, m]; b is [n, k]; not both
  /** Of the factors; sums are in single precision. */
  Precision precision = Precision::fp32;
  const float* bias = nullptr;
  View add = {};
  /** Activated: `activated` gets the activation of c. swiglu: of pairs of columns (gate, up), [m, n / 2]. */
  bool activates = false;
  Activation activation = Activation::relu;
  View activated = {};
};
void gemm(const Gemm& p);
/** For precisions below fp32. */
void gemmOnTensorCores(const Gemm& p);

// --- rounded.cu, compare.cu: of products by a library -----------------------------------------------------------------

/** to = from in bf16, to the nearest; `stride` numbers a row, of which those beyond `cols` become 0. */
void roundRows(View from, long rows, long cols, std::uint16_t* to, long stride);
/** Floats that compare may write. */
constexpr long COMPARED = 512;
/** In turns the most that a and b are apart (NaN counts as infinitely far) and the largest of |a|. @returns how many pairs */
long compare(View a, View b, long rows, long cols, float* out);

// --- activation.cu ---------------------------------------------------------------------------------------------------

/** `out` gets the activation of `hidden`; rows of `width` numbers, swiglu: of as many pairs. */
struct Activate {
  Activation kind;
  View hidden, out;
  long rows, width;
};
void activate(const Activate& p);

/** `out` holds the gradient of the activated values and gets the values themselves; dHidden the gradient of hidden. */
struct ActivateBackward {
  Activation kind;
  const float* hidden;  // [rows, width], swiglu: [rows, 2 width] in pairs
  float *out, *dHidden;
  long rows, width;
};
void activateBackward(const ActivateBackward& p);

// --- rotary.cu -------------------------------------------------------------------------------------------------------

/** Turns columns i and i + half of each head by the row's position; sign -1 turns back. */
struct Rotate {
  View x;
  long rows, heads, headSize, half;
  const int* positions;         // per row
  const float *cosine, *sine;  // [position][half]
  float sign;
};
void rotate(const Rotate& p);

// --- attention.cu, attention_backward.cu; flash.cu, flash_backward.cu -------------------------------------------------

/** Some rows, up to tileRows, that follow each other and look at (or are seen by) the same run of rows. */
struct Tile {
  int row, rows;
  int from, count;
};
constexpr int TILE = 8;
constexpr long LARGEST_HEAD = 256;
/** In TF32 a larger one does not fit into shared memory, and goes in single precision. */
constexpr long LARGEST_TF32_HEAD = 128;

/** Whether attention's products are on tensor cores, by the precision of a model and the size of its heads. */
constexpr bool onTensorCores(Precision precision, long headSize) {
  return precision == Precision::bf16 || (precision == Precision::tf32 && headSize <= LARGEST_TF32_HEAD);
}
/** Of a tile there: fewer of those rows that have more than 64 words (`each` numbers a word). */
constexpr int tensorTileRows(long headSize, int each) { return headSize > 64 * each ? 32 : 64; }
/** The most rows of a tile. */
constexpr int tileRows(Precision precision, long headSize) {
  if (!onTensorCores(precision, headSize)) return TILE;
  return tensorTileRows(headSize, precision == Precision::bf16 ? 2 : 1);
}

/** Attention over packed sequences: query row q sees keys [keyFrom[q], keyFrom[q] + keyCount[q]). */
struct Attend {
  View q, k, v, out;
  const Tile* tiles;  // of queries: `from` and `count` are the keys that the one who sees most sees
  long tileCount;
  const int *keyFrom, *keyCount;
  float* logSum;  // [heads][queries]: of e^score
  long queries, heads, kvHeads, headSize;
  float scale;
  /** Of the factors of products; sums and softmax are in single precision. */
  Precision precision = Precision::fp32;
};
void attend(const Attend& p);
/** Where onTensorCores. */
void attendOnTensorCores(const Attend& p);

struct AttendBackward {
  Attend forward;
  View dOut, dq, dk, dv;
  const Tile* keyTiles;  // `from` and `count` are the queries that may see these keys
  long keyTileCount;
  float* delta;  // scratch [heads][queries]
};
void attendBackward(const AttendBackward& p);
/** The same where onTensorCores; delta is there. */
void attendBackwardOnTensorCores(const AttendBackward& p);

// --- rows.cu ---------------------------------------------------------------------------------------------------------

/** to[i] = from[map[i]], zeros where map[i] is negative. */
void gatherRows(View from, const int* map, long rows, long cols, View to);
/** to[map[i]] = (adds: +=) from[i] where map[i] is not negative; no two are the same. */
void scatterRows(View from, const int* map, long rows, long cols, View to, bool adds);
/** Zeros where map[i] is negative. */
void clearMissing(View x, const int* map, long rows, long cols);
/** out[i] = the mean of rows [starts[i], starts[i + 1]) of x; of none: zeros. */
void averageRows(const float* x, const int* starts, long count, long cols, float* out);
/** out[r] = dMean[example[r]] / its number of rows, zeros where example[r] is negative. */
void spreadRows(const float* dMean, const int* examples, const int* starts, long rows, long cols, float* out);

// --- loss.cu ---------------------------------------------------------------------------------------------------------

/**
 * losses[r] = -log softmax(logits[r])[target[r]], 0 where target[r] is negative; scale (on the device) not null: logits become that
 * times their gradients.
 */
void crossEntropy(float* logits, const int* targets, long rows, long cols, const float* scale, float* losses);

// --- likely.cu -------------------------------------------------------------------------------------------------------

/**
 * The token of each row's largest logit, the first one on a tie. As std::max_element has it, a NaN is passed over, but for one
 * at the first place, which is taken.
 */
void mostLikely(const float* logits, long rows, long cols, int* tokens);

// --- adamw.cu --------------------------------------------------------------------------------------------------------

/** This update's constants; see cpu/optimiser. */
struct AdamWStep {
  float beta1, beta2, take1, take2, eps, decay, rate, inverseRoot;
  float clipNorm;   // 0: none
  unsigned update;  // its number: with that of a weight, what moments in bf16 are rounded by
};
/** Doubles of scratch, of which the first becomes the sum of squares of the gradients. */
constexpr long NORM_SCRATCH = 1025;
void squares(const float* gradient, long n, double* scratch);
/**
 * One kernel for all tensors: they lie in a row. Reads the sum of squares from scratch, and on the device what `step` is.
 * M: float, or std::uint16_t for bf16.
 */
template <typename M>
void adamw(const AdamWStep* step, float* w, M* m, M* v, const float* gradient, long n, const double* scratch);

}  // namespace w2s::cuda
