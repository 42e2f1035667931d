#include "pack.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace w2s::cuda {

std::size_t Lists::add(const std::vector<int>& list) {
  const std::size_t where = all_.size();
  all_.insert(all_.end(), list.begin(), list.end());
  return where;
}

std::size_t Lists::add(const std::vector<Tile>& tiles) {
  static_assert(sizeof(Tile) == 4 * sizeof(int));
  all_.resize((all_.size() + 3) / 4 * 4);
  const std::size_t where = all_.size();
  all_.resize(where + 4 * tiles.size());
  if (!tiles.empty()) std::memcpy(all_.data() + where, tiles.data(), tiles.size() * sizeof(Tile));
  return where;
}

void Lists::send(int* memory, Ferry& ferry) {
  memory_ = memory;
  ferry.in(memory, all_.data(), all_.size() * sizeof(int));
}

long capacityFor(long n) {
  long step = 8;
  while (step * 32 < n) step *= 2;
  return (std::max(n, 1l) + step - 1) / step * step;
}

void addTiles(std::vector<Tile>& tiles, int from, int rows, int seenFrom, int seen, int most) {
  for (int r = 0; r < rows; r += most) tiles.push_back({from + r, std::min(most, rows - r), seenFrom, seen});
}

Uses addUses(Lists& lists, std::span<const int> ids, long capacity, long most) {
  std::vector<int> rows(ids.size()), different, starts;
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(), [&](int a, int b) { return ids[a] < ids[b]; });
  for (std::size_t i = 0; i < rows.size(); i++)
    if (different.empty() || different.back() != ids[rows[i]]) {
      different.push_back(ids[rows[i]]);
      starts.push_back((int)i);
    }
  Uses uses;
  uses.count = std::min(capacity, most);
  different.resize((std::size_t)uses.count);
  starts.resize((std::size_t)uses.count + 1, (int)rows.size());
  rows.resize((std::size_t)capacity);
  uses.ids = lists.add(different), uses.starts = lists.add(starts), uses.rows = lists.add(rows);
  return uses;
}

Pack::Pack(const Spec& spec, const Batch& batch, long first, long count, const Capacity& room, int tileRows)
    : room(room), tileRows(tileRows), rows(0), starts{0} {
  for (long i = 0; i < count; i++) {
    const long from = batch.offsets[first + i], length = batch.length(first + i);
    for (long p = 0; p < length; p++) {
      tokens.push_back(batch.tokens[from + p]);
      positions.push_back((int)p);
      examples.push_back((int)i);
    }
    const long read = spec.pooling == Pooling::first ? 0 : length - 1;
    readRows.push_back(length ? (int)(rows + read) : -1);
    readPositions.push_back(length ? (int)read : 0);
    rows += length;
    starts.push_back((int)rows);
  }
  tokens.resize((std::size_t)room.rows), positions.resize((std::size_t)room.rows);
  examples.resize((std::size_t)room.rows, -1);
  starts.resize((std::size_t)room.examples + 1, (int)rows);
  readRows.resize((std::size_t)room.examples, -1), readPositions.resize((std::size_t)room.examples);
}

Pack::Seeing Pack::seeing(const Spec& spec, bool one) const {
  Seeing s;
  for (int i = 0; i < room.examples; i++) {
    const int from = starts[i], length = starts[i + 1] - from;
    const int firstQuery = one ? i : from, queries = one ? 1 : length;
    for (int q = 0; q < queries; q++) {
      s.keyFrom.push_back(from);
      s.keyCount.push_back(!spec.causal || !length ? length : (one ? readPositions[i] : q) + 1);
    }
    addTiles(s.keys, from, length, firstQuery, queries, tileRows);
    // A tile goes as far as the one who sees most.
    for (int q = 0; q < queries; q += tileRows) {
      const int tile = std::min(tileRows, queries - q);
      s.queries.push_back({firstQuery + q, tile, from, s.keyCount[firstQuery + q + tile - 1]});
    }
  }
  seeNothing(s, one);
  return s;
}

/** Rows beyond the texts see nobody and are seen by nobody; there are always as many tiles. */
void Pack::seeNothing(Seeing& s, bool one) const {
  const int beyond = (int)(room.rows - rows);
  addTiles(s.keys, (int)rows, beyond, 0, 0, tileRows);
  if (!one) {
    addTiles(s.queries, (int)rows, beyond, 0, 0, tileRows);
    s.keyFrom.resize((std::size_t)room.rows), s.keyCount.resize((std::size_t)room.rows);
  }
  const long most = room.rows / tileRows + room.examples + 1;
  s.keys.resize((std::size_t)most), s.queries.resize((std::size_t)(one ? room.examples : most));
}

}  // namespace w2s::cuda
