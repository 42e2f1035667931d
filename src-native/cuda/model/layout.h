// The weights of a transformer on the device: one flat piece, matrices [in, out] row by row without padding, frozen ones
// first, so that the update is one run over the rest. Queries, keys and values are columns of one matrix; a gate and what
// it lets through are neighbours, so that one thread holds both.
#pragma once
#include <vector>

#include "../../network.h"

namespace w2s::cuda {

/** An outside tensor: entry (i, o) lies at `at` + i rowStride + o columnStride of the flat memory. */
struct Placed : Tensor {
  long at = 0, rows = 0, cols = 0, rowStride = 0, columnStride = 1;
};

/** A matrix or (rows 1) a vector of the flat memory; at -1: there is none. */
struct Piece {
  long at = -1, rows = 0, cols = 0;
  bool trained = false;
  bool is() const { return at >= 0; }
};

struct LinearPiece {
  Piece weight, bias;
};

struct NormPiece {
  Piece gamma, beta;
};

struct BlockPieces {
  NormPiece norm1, norm2;
  LinearPiece qkv, out, up, down;
};

struct Layout {
  explicit Layout(const Spec& spec);

  Piece tokens, positions, types;
  std::vector<BlockPieces> blocks;
  NormPiece norm;
  LinearPiece head;
  std::vector<Placed> tensors;
  /** Numbers in all; those from `trainedFrom` on learn. */
  long total = 0, trainedFrom = 0;

 private:
  void lay(const Spec& spec);
  Piece place(long rows, long cols, bool trained);
  void add(const std::string& name, const Piece& piece, std::vector<long> shape, long column, long columnStride, Init init);
  Piece table(const std::string& name, long rows, long width, bool trained);
  NormPiece addNorm(const Spec& spec, long index, bool trained);
  /** One matrix of several tensors, `outs` columns each; paired: column by column in turns. */
  LinearPiece linear(const std::string& prefix, const std::vector<std::string>& parts, const std::vector<long>& outs,
                     long in, bool paired, bool bias, bool trained, Init init);

  long frozen_ = 0, trainedCount_ = 0;
};

}  // namespace w2s::cuda
