// A run of a batch's examples as the device is given it: tokens packed without padding, and who sees whom.
#pragma once
#include <span>
#include <vector>

#include "ferry.h"
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
  long size() const { return (long)all_.size(); }
  /** To memory of size() numbers. */
  void send(int* memory, Ferry& ferry);
  const int* at(std::size_t where) const { return memory_ + where; }

 private:
  std::vector<int> all_;
  int* memory_ = nullptr;
};

/** What a pass is laid out for, more than there is: what is beyond are texts without tokens, and rows that nobody reads. */
struct Capacity {
  long rows, examples;
};
/** The capacity for n things, one of sixteen in each octave: whatever has the same is laid out in the same way. */
long capacityFor(long n);

/** Tiles, of up to `most` rows, of the rows [from, from + rows), that meet the rows [seenFrom, seenFrom + seen). */
void addTiles(std::vector<Tile>& tiles, int from, int rows, int seenFrom, int seen, int most);

/** The rows that one embedding table's gradient sums: see EmbedGradient. */
struct Uses {
  std::size_t ids = 0, starts = 0, rows = 0;
  long count = 0;
};
/** ids: of the rows that there are, of `capacity`. different: the most that can be among so many. */
Uses addUses(Lists& lists, std::span<const int> ids, long capacity, long different);

struct Pack {
  /** Examples [first, first + count) of the batch. */
  Pack(const Spec& spec, const Batch& batch, long first, long count, const Capacity& room, int tileRows);

  const Capacity room;
  const int tileRows;  // the most of a tile
  long rows;  // that there are
  /** examples: of each row, counted from 0; -1 beyond. */
  std::vector<int> tokens, positions, examples, starts;
  /** The row that the head reads of each example, -1 for an empty one, and its position. */
  std::vector<int> readRows, readPositions;

  /** For attention of all rows, or (one) of the rows read. */
  struct Seeing {
    std::vector<int> keyFrom, keyCount;
    std::vector<Tile> queries, keys;
  };
  Seeing seeing(const Spec& spec, bool one) const;

 private:
  void seeNothing(Seeing& seeing, bool one) const;
};

}  // namespace w2s::cuda
