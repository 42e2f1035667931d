// Gradients, moments and the AdamW step of one model.
#pragma once
#include <memory>
#include <vector>

#include "rowtable.h"

namespace w2s {

class Optimiser {
 public:
  Optimiser(Parameters& parameters, Pool& pool, const Kernels& kernels)
      : parameters_(parameters), pool_(pool), kernels_(kernels) {}

  /** Called once the parameters are placed. shared: see shared(). */
  void finish(bool shared);

  /**
   * Whether all threads add to one gradient of the matrices, each thread to its own columns, with a barrier a layer.
   * Small models give every thread a gradient of its own instead, which the update sums.
   */
  bool shared() const { return shared_; }

  /** Takes memory for gradients and moments; forgets the last gradient. */
  void begin();
  bool begun() const { return begun_; }
  /** Inside the region where gradients are made, each thread first makes its vectors zero, and in the end the columns of
   * matrices that nothing was added to. (Clearing all of them first would go through memory once more.) */
  void zeroVectors(int thread);
  void zeroUntouched(int thread);
  /** Both, in a region of its own: for a batch without examples. */
  void zeroAll();
  /** Whether columns of a matrix' gradient hold nothing yet, so that the first product must not be added to what is
   * there; from now on they do. `column` and `cols` are multiples of 16. */
  bool takeFresh(int matrix, int thread, long column, long cols);

  Panels gradient(int matrix, int thread) const {
    const Matrix& m = parameters_.matrix(matrix);
    return {gradients_[shared_ ? 0 : thread].data() + m.at - parameters_.trainedFrom(), m.in};
  }
  /** Null if the vector is frozen. */
  float* vectorGradient(int vector, int thread) const {
    const Vector& v = parameters_.vector(vector);
    return v.trained ? vectorGradients_[thread].data() + v.at - parameters_.vectorsFrom() : nullptr;
  }

  /** The row-wise table of a matrix, or null. */
  RowTable* table(int matrix);
  /** To be called before rows of a table are read. */
  void catchUp(RowTable& table, const int* ids, long count);
  void catchUpAll();

  /** Sums the threads' gradients in place, so that they can be read. */
  void fold();
  /** One flat array laid out like the weights, zero where nothing is trained. */
  std::vector<float> flatGradient();

  /** Returns the global norm of the gradients before clipping. */
  double step(const AdamW& update);
  /** New weights: zero moments, and the step count from the start. */
  void reset();
  /** Updates since then. */
  long updates() const { return (long)steps_.size(); }
  /** A moment (first or second) as a flat array laid out like the weights, zero where nothing is trained. */
  std::vector<float> flatMoment(bool second);
  /** Goes on after so many updates with these moments, each laid out like the weights. */
  void restore(long updates, const std::vector<float>& first, const std::vector<float>& second);

  double gradientBytes() const;
  double momentBytes() const { return 4.0 * (double)(first_.size() + second_.size()); }

 private:
  /** A run of memory that one thread updates: rows of one panel of a matrix, with their copies, or part of a vector. */
  struct Piece {
    long at, floats;
    int matrix = -1;
    long in = 0, out = 0;
  };
  /** The threads' gradients of a piece that are to be summed; returns how many. */
  int partsOf(const Piece& piece, float** parts);
  double update(const Piece& piece, const AdamWConstants& constants);
  double squaresOfRows();

  Parameters& parameters_;
  Pool& pool_;
  const Kernels& kernels_;
  int threads_ = 1;  // that made the gradients
  bool shared_ = false, folded_ = false, begun_ = false;
  std::vector<Piece> pieces_;
  std::vector<double> squares_;  // per piece: summed in order, so the norm does not depend on who was first
  std::vector<Buffer> gradients_, vectorGradients_;
  /** Per gradient of the matrices and 16 columns: whether something was added. `firstTaken_`: where a matrix begins. */
  std::vector<std::vector<char>> taken_;
  std::vector<long> firstTaken_;
  Buffer first_, second_;
  std::vector<std::unique_ptr<RowTable>> tables_;
  std::vector<AdamWConstants> steps_;  // every update so far: what rows catch up on
};

}  // namespace w2s
