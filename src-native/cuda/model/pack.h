// A run of a batch's examples as the device is given it: tokens packed without padding, and who sees whom.
#pragma once
#include <vector>

#include "../device/memory.h"
#include "../kernels/kernels.h"
#include "../../network.h"

namespace w2s::cuda {

/** Lists of whole numbers for the device, sent in one copy. */
class Lists {
 public:
  /** Where the list will lie; to be read by at(), once sent. */
  std::size_t add(const std::vector<int>& list);
  std::size_t add(const std::vector<Tile>& tiles);
  void clear() { all_.clear(); }
  void send();
  const int* at(std::size_t where) const { return memory_.data() + where; }
  double bytes() const { return memory_.bytes(); }

 private:
  std::vector<int> all_;
  Memory<int> memory_;
};

/** Tiles of the rows [from, from + rows), that meet the rows [seenFrom, seenFrom + seen). */
void addTiles(std::vector<Tile>& tiles, int from, int rows, int seenFrom, int seen);

/** The rows that one embedding table's gradient sums: see EmbedGradient. */
struct Uses {
  std::size_t ids = 0, starts = 0, rows = 0;
  long count = 0;
};
Uses addUses(Lists& lists, const std::vector<int>& ids);

struct Pack {
  /** Examples [first, first + count) of the batch. oneRow: of the last block only the row that the head reads. */
  Pack(const Spec& spec, const Batch& batch, long first, long count, bool oneRow);

  long first, count, rows;
  bool oneRow;
  std::vector<int> tokens, positions, examples, starts;  // examples: of each row, counted from 0
  /** The row that the head reads of each example, -1 for an empty one, and its position. */
  std::vector<int> readRows, readPositions;

  /** For attention of all rows, or (one) of the rows read. */
  struct Seeing {
    std::vector<int> keyFrom, keyCount;
    std::vector<Tile> queries, keys;
  };
  Seeing seeing(const Spec& spec, bool one) const;
};

}  // namespace w2s::cuda
