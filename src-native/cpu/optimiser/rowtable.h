// Embedding tables whose gradient lives only in the rows that a batch touches. AdamW moves every row at every step
// (decay, and momentum of earlier batches); a row that no batch touches takes those steps later, when it is next read,
// in the same order and with the same operations, so the weights have the very bits of a full pass. Rows that never had
// a gradient have zero moments: their steps are the decay alone.
#pragma once
#include <vector>

#include "../model/parameters.h"
#include "../pool/pool.h"

namespace w2s {

/** Where the gradient of one use of a row lies: row `row` of `from`. */
struct RowUse {
  int id;
  int row;
  const Panels* from;
};

class RowTable {
 public:
  RowTable(int matrix, const Matrix& shape);

  /** Forgets the gradient of the last call. */
  void clear();
  /** Adds up the uses' gradients, in the order of `uses` for each row. Not inside a parallel region. */
  void add(const std::vector<RowUse>& uses, Pool& pool, const Kernels& kernels);
  /** The sum of squares of the gradient. */
  double squares(const Kernels& kernels);

  /** Brings the rows up to `steps.size()` updates. Ids may repeat. */
  void catchUp(const int* ids, long count, const std::vector<AdamWConstants>& steps, float* w, float* m, float* v,
               Pool& pool, const Kernels& kernels);
  void catchUpAll(const std::vector<AdamWConstants>& steps, float* w, float* m, float* v, Pool& pool,
                  const Kernels& kernels);
  /** One update of the rows that have a gradient (they are up to date: forward has read them). Inside a region. */
  void update(const AdamWConstants& constants, int step, float* w, float* m, float* v, int thread, const Pool& pool,
              const Kernels& kernels);
  /** All rows are as of update `step`; not touched: with zero moments. */
  void reset(int step, bool touched);

  /** Adds the gradient to a flat array laid out like the table. */
  void scatter(float* table) const;
  long gradientFloats() const { return gradient_.size(); }

  const int matrix;

 private:
  void advance(int id, const std::vector<AdamWConstants>& steps, float* w, float* m, float* v, const Kernels& kernels);

  const long rows_, width_;
  std::vector<int> stepOf_;         // updates that each row has had
  std::vector<char> touched_;       // whether it ever had a gradient
  std::vector<int> slotOf_;         // the row's place in gradient_, or -1
  std::vector<int> rowOf_;          // and back
  std::vector<int> start_, order_;  // uses sorted by slot
  std::vector<int> due_;
  Buffer gradient_;  // [slots][width]
};

}  // namespace w2s
