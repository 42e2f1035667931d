// What a pass needs on the device: the examples, and memory for activations.
#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "network.h"

namespace w2s::cuda {

namespace {

/** Positions whose angles are made at once: few batches have longer texts. */
constexpr long LEAST_ANGLES = 256;

}  // namespace

void CudaNetwork::check(const Batch& batch) {
  if (!batch.offsets) throw std::invalid_argument("expected token lists, got dense features");
  checkTokens(batch, spec.vocabulary, spec.positions);
  long longest = 0;
  for (long i = 0; i < batch.n; i++) longest = std::max(longest, batch.length(i));
  growAngles(longest);
}

/** Rotary angles up to `longest` positions, and more. */
void CudaNetwork::growAngles(long longest) {
  const long half = spec.rotary / 2;
  if (!half || longest <= angles_) return;
  forgetPasses();
  longest = std::max(LEAST_ANGLES, (long)std::bit_ceil((unsigned long)longest));
  std::vector<float> cosine, sine;
  for (long p = 0; p < longest; p++)
    for (long i = 0; i < half; i++) {
      const double angle = (double)p * std::pow(spec.rotaryBase, -(double)i / (double)half);
      cosine.push_back((float)std::cos(angle));
      sine.push_back((float)std::sin(angle));
    }
  copyIn(cosine_.need((long)cosine.size()), cosine.data(), cosine.size() * sizeof(float));
  copyIn(sine_.need((long)sine.size()), sine.data(), sine.size() * sizeof(float));
  angles_ = longest;
}

std::vector<CudaNetwork::Examples> CudaNetwork::split(const Batch& batch, long mostRows) const {
  std::vector<Examples> runs;
  long rows = 0;
  for (long e = 0; e < batch.n; e++) {
    if (runs.empty() || rows + batch.length(e) > mostRows) runs.push_back({e, 0}), rows = 0;
    runs.back().count++;
    rows += batch.length(e);
  }
  return runs;
}

/** Rows whose kept activations fit into what the options allow. */
long CudaNetwork::rowsBudget() const {
  const double perBlock = 2.0 * (double)spec.width + (double)(projected() + queryWidth() + hiddenWidth()) +
                          (double)spec.heads + 6;
  return (long)std::clamp(options_.activationBytes / (4 * perBlock * (double)spec.layers), 1.0, 1e6);
}

Seen CudaNetwork::add(const Pack::Seeing& s, std::vector<std::size_t>& where) {
  for (const auto* list : {&s.keyFrom, &s.keyCount}) where.push_back(lists_.add(*list));
  for (const auto* tiles : {&s.queries, &s.keys}) where.push_back(lists_.add(*tiles));
  Seen seen;
  seen.queryTiles = (long)s.queries.size(), seen.keyTiles = (long)s.keys.size();
  return seen;
}

Capacity CudaNetwork::capacity(long rows, long examples) const {
  if (settings_.room) return {(long)std::ceil((double)rows * settings_.room), (long)std::ceil((double)examples * settings_.room)};
  return {capacityFor(rows), capacityFor(examples)};
}

void CudaNetwork::begin(const Batch& batch, Examples run, const Purpose& purpose) {
  const long rows = batch.offsets[run.first + run.count] - batch.offsets[run.first];
  const Pack pack(spec, batch, run.first, run.count, capacity(rows, run.count),
                  tileRows(options_.precision, spec.headSize));
  Round& r = round_;
  r = Round{};
  r.first = run.first, r.given = run.count, r.count = pack.room.examples, r.rows = pack.room.rows;
  r.oneRow = purpose.oneRow, r.keeps = purpose.keeps, r.speaks = purpose.speaks;
  lists_.clear();
  std::vector<std::size_t> where;
  for (const auto* list : {&pack.tokens, &pack.positions, &pack.examples, &pack.starts, &pack.readRows,
                           &pack.readPositions})
    where.push_back(lists_.add(*list));
  r.all = add(pack.seeing(spec, false), where);
  if (r.oneRow) r.one = add(pack.seeing(spec, true), where);
  std::vector<int> cacheRows;
  for (long row = 0; cache_ && row < pack.rows; row++)
    cacheRows.push_back((int)((r.first + pack.examples[row]) * cache_->capacity) + pack.positions[row]);
  if (cache_) cacheRows.resize((std::size_t)r.rows, -1);
  where.push_back(lists_.add(cacheRows));
  Predictions predicted;
  if (r.speaks) {
    predicted = predictions(batch);
    r.predicted = (long)predicted.rows.size();
    r.predictions = capacity(r.predicted, 1).rows;
  }
  for (auto* list : {&predicted.rows, &predicted.targets}) {
    list->resize((std::size_t)r.predictions, -1);
    where.push_back(lists_.add(*list));
  }
  where.push_back(lists_.add(std::vector<int>{std::bit_cast<int>(purpose.scale)}));
  Uses tokens, positions;
  if (r.keeps && spec.trainable.all) {
    const std::size_t there = (std::size_t)pack.rows;
    tokens = addUses(lists_, {pack.tokens.data(), there}, r.rows, spec.vocabulary);
    positions = addUses(lists_, {pack.positions.data(), there}, r.rows, spec.positions);
  }
  layAndSend(std::max(1.0, (double)purpose.mostRows / (double)r.rows));

  std::size_t next = 0;
  for (const int** list : {&r.tokens, &r.positions, &r.examples, &r.starts, &r.readRows, &r.readPositions})
    *list = lists_.at(where[next++]);
  for (Seen* seen : {&r.all, &r.one}) {
    if (seen == &r.one && !r.oneRow) break;
    for (const int** list : {&seen->keyFrom, &seen->keyCount}) *list = lists_.at(where[next++]);
    for (const Tile** tiles : {&seen->queries, &seen->keys}) *tiles = (const Tile*)lists_.at(where[next++]);
  }
  for (const int** list : {&r.cacheRows, &r.predictedRows, &r.targets}) *list = lists_.at(where[next++]);
  if (r.speaks && r.keeps) r.scale = (const float*)lists_.at(where[next]);
  auto table = [&](const Uses& u) {
    return Round::Table{lists_.at(u.ids), lists_.at(u.starts), lists_.at(u.rows), u.count};
  };
  r.tokenUses = table(tokens), r.positionUses = table(positions);
}

void CudaNetwork::run(Doing doing, const std::function<void()>& body, long layers) {
  const Round& r = round_;
  Passes& passes = cache_ ? cache_->passes : passes_;
  passes.run(compute_, {doing, r.rows, r.count, r.predictions, layers, r.oneRow, r.keeps}, body);
}

void CudaNetwork::forgetPasses() {
  compute_.finish();
  passes_.forget();
  if (cache_) cache_->passes.forget();
}

void CudaNetwork::layAndSend(double most) {
  int* lists = lay();
  if (!arena_.fits()) {
    forgetPasses();
    arena_.grow(most);
    lists = lay();
  }
  arena_.settle();
  lists_.send(lists, ferry_);
}

/** @returns where the lists go */
int* CudaNetwork::lay() {
  arena_.begin();
  int* lists = arena_.ints(lists_.size());
  if (products_.hasRival()) layProducts();
  layBlocks();
  if (round_.keeps) layBackward();
  if (round_.speaks) laySpeech();
  return lists;
}

/** For cuBLASLt: what it works in, and room for the factors of the largest product as bf16. */
void CudaNetwork::layProducts() {
  long room = 0;
  const auto layer = [&](long rows, long in, long out) {
    const long x = lt::roundedSize(rows, in), w = std::max(lt::roundedSize(in, out), lt::roundedSize(out, in)),
               dy = lt::roundedSize(rows, out);
    room = std::max(room, x + w + dy - std::min({x, w, dy}));  // any two of them
  };
  const long n = round_.most();
  layer(n, spec.width, projected());
  layer(n, queryWidth(), spec.width);
  layer(n, spec.width, hiddenWidth());
  layer(n, spec.inner, spec.width);
  if (spec.head == Head::language)
    layer(std::max(round_.count, std::min(languageRows(), round_.predictions)), spec.width, spec.vocabulary);
  if (options_.precision != Precision::bf16) room = 0;
  lt::Scratch scratch;
  scratch.bytes = (std::size_t)libraryWorkspace();
  scratch.workspace = arena_.floats(libraryWorkspace() / (long)sizeof(float));
  scratch.rounded = (std::uint16_t*)arena_.floats((room + 1) / 2);
  scratch.room = room;
  products_.use(scratch);
}

Stream CudaNetwork::layStream(long rows, float* x) {
  return {x ? x : arena_.floats(rows * spec.width), arena_.floats(rows), arena_.floats(rows)};
}

void CudaNetwork::layBlocks() {
  const long n = round_.most();
  const bool keeps = round_.keeps;
  states_.assign((std::size_t)spec.layers, {});
  for (long layer = 0; layer < spec.layers; layer++) {
    BlockState& s = states_[layer];
    // Without backward one block's memory serves all, but for the stream, that two take turns to hold.
    if (!keeps && layer > 0) s = states_[0];
    s.in = keeps || layer < 2 ? layStream(n) : states_[layer - 2].in;
    s.queries = s.in;
    if (shortens(layer)) s.queries = layStream(n), s.q = arena_.floats(n * queryWidth());
    if (keeps || layer == 0) {
      s.qkv = arena_.floats(n * projected());
      s.attended = arena_.floats(n * queryWidth());
      s.logSum = arena_.floats(n * spec.heads);
      s.hidden = arena_.floats(n * hiddenWidth());
      s.mid = layStream(n, spec.parallel ? s.queries.x : nullptr);
    }
    if (spec.parallel) s.mid.x = s.queries.x;
  }
  last_ = layStream(n);
  read_ = layStream(n);
  if (round_.oneRow) read_.x = last_.x;
  pooled_ = arena_.floats(n * spec.width);
  logits_ = arena_.floats(round_.count * outputs());
  if (cache_) chosen_ = arena_.ints(round_.count);
  work_.normed = arena_.floats(n * spec.width);
  work_.normedMid = arena_.floats(n * spec.width);
  work_.activated = arena_.floats(n * spec.inner);
}

void CudaNetwork::layBackward() {
  const long n = round_.most();
  for (float*& stream : work_.dStream) stream = arena_.floats(n * spec.width);
  work_.dHidden = arena_.floats(n * hiddenWidth());
  work_.dNormed = arena_.floats(n * spec.width);
  work_.dAttended = arena_.floats(n * queryWidth());
  work_.dqkv = arena_.floats(n * projected());
  work_.dq = arena_.floats(n * queryWidth());
  work_.delta = arena_.floats(n * spec.heads);
  work_.dPooled = arena_.floats(n * spec.width);
  work_.dLogits = arena_.floats(round_.count * outputs());
  work_.columns = arena_.floats(columnScratch(n, std::max({spec.width, projected(), hiddenWidth(), outputs()})));
}

void CudaNetwork::laySpeech() {
  speech_.rows = std::min(languageRows(), round_.predictions);
  speech_.in = layStream(speech_.rows);
  speech_.normed = arena_.floats(speech_.rows * spec.width);
  speech_.logits = arena_.floats(speech_.rows * spec.vocabulary);
  speech_.losses = arena_.floats(round_.predictions);
}

}  // namespace w2s::cuda
