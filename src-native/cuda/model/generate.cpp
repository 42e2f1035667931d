// Greedy generation with a cache of keys and values: the prompts in an ordinary pass that also fills the cache, then a
// token at a time, a row for each example that goes on. Which token is the most likely is found on the device.
#include <algorithm>
#include <stdexcept>

#include "network.h"

namespace w2s::cuda {

/** Called once a block's keys have been turned: readRows says where in the cache a row's keys and values go. */
void CudaNetwork::remember(long layer) const {
  scatterRows({states_[layer].qkv + queryWidth(), projected()}, round_.cacheRows, round_.rows, 2 * keyWidth(),
              {cache_->kv[layer].data(), 2 * keyWidth()}, false);
}

/** Takes one more token of each active example through the model, into chosen_ what comes after it; laid out for more of them, as every pass. */
void CudaNetwork::decode(const std::vector<int>& active, std::vector<int> tokens, std::vector<int> positions) {
  const long given = (long)active.size(), rows = capacity(given, 1).rows;
  std::vector<int> cacheRows, from, count;
  std::vector<Tile> tiles;
  for (long r = 0; r < given; r++) {
    from.push_back(active[r] * (int)cache_->capacity);
    count.push_back(positions[r] + 1);
    cacheRows.push_back(from[r] + positions[r]);
    tiles.push_back({(int)r, 1, from[r], count[r]});
  }
  for (long r = given; r < rows; r++) tiles.push_back({(int)r, 1, 0, 0});
  for (auto* list : {&tokens, &positions, &from, &count}) list->resize((std::size_t)rows);
  cacheRows.resize((std::size_t)rows, -1);
  lists_.clear();
  const std::size_t tokensAt = lists_.add(tokens), positionsAt = lists_.add(positions), fromAt = lists_.add(from),
                    countAt = lists_.add(count), cacheAt = lists_.add(cacheRows), tilesAt = lists_.add(tiles);
  round_ = Round{};
  round_.given = given, round_.count = round_.rows = rows;
  layAndSend(1);
  round_.tokens = lists_.at(tokensAt), round_.positions = lists_.at(positionsAt);
  round_.cacheRows = lists_.at(cacheAt);
  round_.all.keyFrom = lists_.at(fromAt), round_.all.keyCount = lists_.at(countAt);
  round_.all.queries = (const Tile*)lists_.at(tilesAt), round_.all.queryTiles = rows;
  run(Doing::token, [&] {
    fromCache_ = true;
    forwardBlocks(spec.layers);
    fromCache_ = false;
    normForward(normed(layout_.norm, last_, rows), pooled_);
    answer(rows);
  });
}

std::vector<std::vector<int>> CudaNetwork::generate(const Batch& batch, long most, int stop) {
  if (spec.head != Head::language) return Network::generate(batch, most, stop);
  long longest = 0;
  for (long i = 0; i < batch.n; i++) {
    if (!batch.length(i)) throw std::invalid_argument("example " + std::to_string(i) + ": expected at least one token");
    longest = std::max(longest, batch.length(i));
  }
  const On on(compute_);
  check(batch);
  kept_ = nullptr;
  Cache cache(settings_.graphs);
  cache.capacity = spec.positions ? std::min(longest + most, spec.positions) : longest + most;
  growAngles(cache.capacity);
  cache.kv.resize((std::size_t)spec.layers);
  for (auto& kv : cache.kv) kv.need(std::max(1l, batch.n * cache.capacity * 2 * keyWidth()));
  struct Lent {  // taken back also where memory runs out
    CudaNetwork& network;
    ~Lent() { network.cache_ = nullptr, network.fromCache_ = false; }
  } lent{*this};
  cache_ = &cache;

  std::vector<int> next((std::size_t)batch.n), chosen, lengths, active, tokens, positions;
  ferry_.drop();
  for (const Examples& part : split(batch, rowsBudget())) {
    begin(batch, part, {shortens(), false, false, rowsBudget()});
    forwardRound();
    ferry_.out(next.data() + part.first, chosen_, (std::size_t)part.count * sizeof(int));
  }
  ferry_.finish();
  std::vector<std::vector<int>> made((std::size_t)batch.n);
  for (int i = 0; i < batch.n; i++) active.push_back(i), lengths.push_back((int)batch.length(i));
  for (;;) {
    for (int i : active) made[i].push_back(next[i]);
    std::erase_if(
        active, [&](int i) { return next[i] == stop || (long)made[i].size() == most || lengths[i] == cache.capacity; });
    if (active.empty()) return made;
    tokens.clear(), positions.clear();
    for (int i : active) tokens.push_back(next[i]), positions.push_back(lengths[i]++);
    decode(active, tokens, positions);
    chosen.resize(active.size());
    ferry_.out(chosen.data(), chosen_, chosen.size() * sizeof(int));
    ferry_.finish();
    for (std::size_t r = 0; r < active.size(); r++) next[active[r]] = chosen[r];
  }
}

}  // namespace w2s::cuda
