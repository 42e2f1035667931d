// The weights of a model in one flat, panel-laid piece of memory, with gradients and moments beside it, and the named
// row-major tensors that the outside sees.
#pragma once
#include <vector>

#include "../../network.h"
#include "../kernels/bf16.h"
#include "buffer.h"

namespace w2s {

/** How a dimension lies in memory: `groups` runs of `size` entries, each padded to `padded` (heads are such groups). */
struct Axis {
  long groups, size, padded;
  static Axis plain(long n) { return {1, n, n}; }
  long count() const { return groups * size; }
  long length() const { return groups * padded; }
  long at(long i) const { return i / size * padded + i % size; }
};

/** none: frozen. dense: a gradient for every entry. rows: only for the rows that a batch touches (embeddings). */
enum class Gradient { none, dense, rows };

/** A weight [in, out] as panels over `out`; both padded to 32. Embeddings: in = vocabulary, out = width. */
struct Matrix {
  long in = 0, out = 0;
  Gradient gradient = Gradient::dense;
  bool mirrored = false;  // a transposed copy is kept, refreshed by every update
  bool bf16 = false;      // products read rounded copies instead: of the matrix, and (mirrored) of its transpose
  long at = 0, mirrorAt = -1, roundedAt = -1, roundedMirrorAt = -1;
};

struct Vector {
  long size = 0;  // padded to 32
  bool trained = true;
  long at = 0;
};

/** Where an outside tensor lies: in a range of a matrix' columns, [in, out], or in a vector. */
struct Placed : Tensor {
  int matrix = -1, vector = -1;
  Axis in{1, 1, 1}, out{1, 1, 1};
  long outBase = 0;  // first column in the padded matrix
};

class Parameters {
 public:
  /** bf16: the kernels for matrices whose products may round their factors; null: none rounds. */
  explicit Parameters(const KernelsBf16* bf16) : bf16(bf16) {}

  /** rounds: its products may be bf16 ones. */
  int addMatrix(long in, long out, Gradient gradient, bool mirrored, bool rounds = false);
  int addVector(long size, bool trained);
  void addTensor(Placed tensor) { tensors_.push_back(std::move(tensor)); }

  /** Places everything and takes the memory for weights; the rest comes with the first training step. */
  void finish();

  const Matrix& matrix(int id) const { return matrices_[id]; }
  const Vector& vector(int id) const { return vectors_[id]; }
  const std::vector<Matrix>& matrices() const { return matrices_; }
  const std::vector<Vector>& vectors() const { return vectors_; }
  const std::vector<Placed>& tensors() const { return tensors_; }

  Panels weights(int id) const { return {weights_.data() + matrices_[id].at, matrices_[id].in}; }
  Panels mirror(int id) const { return {mirrors_.data() + matrices_[id].mirrorAt, matrices_[id].out}; }
  PanelsBf16 rounded(int id) const { return {roundedData() + matrices_[id].roundedAt, matrices_[id].in}; }
  PanelsBf16 roundedMirror(int id) const { return {roundedData() + matrices_[id].roundedMirrorAt, matrices_[id].out}; }
  const float* values(int vector) const { return weights_.data() + vectors_[vector].at; }

  /** Copies a tensor between its row-major form and a flat array laid out like the weights (weights or gradients). */
  void read(const Placed& tensor, const float* flat, float* rowMajor) const;
  /** transposed: `rowMajor` is [out, in], as the linear layers of most checkpoints are. */
  void write(const Placed& tensor, const float* rowMajor, float* flat, bool transposed = false) const;
  /** Refreshes a matrix' copies: of `rows` rows (a multiple of 32) from row `in`, of the panel at column `out`. */
  void reflect(int id, long in, long rows, long out, const Kernels& kernels) const;
  /** Of the whole matrix. */
  void reflect(int id, const Kernels& kernels) const;

  float* flat() { return weights_.data(); }
  // [trainedFrom, vectorsFrom): dense matrices; [vectorsFrom, rowsFrom): vectors; [rowsFrom, total): row-wise tables.
  long trainedFrom() const { return trainedFrom_; }
  long vectorsFrom() const { return vectorsFrom_; }
  long rowsFrom() const { return rowsFrom_; }
  long total() const { return total_; }
  /** Floats, or as many bytes as they take, of all copies. */
  long mirrorTotal() const { return mirrors_.size() + rounded_.size(); }

  const KernelsBf16* const bf16;

 private:
  std::vector<Matrix> matrices_;
  std::vector<Vector> vectors_;
  std::vector<Placed> tensors_;
  bfloat* roundedData() const { return (bfloat*)rounded_.data(); }

  Buffer weights_, mirrors_, rounded_;
  long trainedFrom_ = 0, vectorsFrom_ = 0, rowsFrom_ = 0, total_ = 0;
};

}  // namespace w2s
