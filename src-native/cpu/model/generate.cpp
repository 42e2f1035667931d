// Greedy generation with a cache of keys and values. A step has one row per example, so it is bound by reading the
// weights: here the threads share the columns of each product instead of the examples.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "rows.h"
#include "transformer.h"

namespace w2s {

/** Keys and values of every position so far: per layer a matrix with `capacity` rows for each example. */
struct Cache {
  long capacity = 0;
  std::vector<Panels> kv;
  Buffer memory;
};

/** One step's activations, a row per example. What is cheap is computed by every thread for itself. */
struct DecodeState {
  struct Own {
    Panels normed, activated;
    Stream stream;  // statistics of the thread's own norms
    float* attention;
    float* softmax;
    bfloat* rounding;
  };
  Panels x, mid, q, kv, attended, hidden, logits;
  std::vector<Own> own;
  Buffer memory;
};

/** Called by forwardBlock while the prompts are read. */
void Transformer::remember(const SliceState& state, long layer) const {
  for (long i = 0; i < state.count(); i++)
    for (long p = 0; p < state.slice->length(i); p++)
      copyRow(state.blocks[layer].kv, state.slice->starts[i] + p, cache_->kv[layer],
              state.slice->examples[i] * cache_->capacity + p, 2 * keyWidth_);
}

/** This thread's columns of out = [add +] x w + b; of a tied head, x w^T of the token table. */
void Transformer::shareOf(int thread, const DecodeState& step, const Linear& layer, Panels x, long rows, Panels out,
                          Panels add) const {
  const Matrix& m = parameters.matrix(layer.weight);
  const bool turned = layer.weight == tokens_;
  const float* bias = layer.bias < 0 ? nullptr : parameters.values(layer.bias);
  multiplyBy(*this, layer.weight, turned, x, rows, bias, out, add, step.own[thread].rounding,
             pool.share((turned ? m.in : m.out) / PANEL, thread));
}

void Transformer::layDecode(DecodeState& step, long rows, long capacity) const {
  for (int pass = 0; pass < 2; pass++) {
    Carver carver(pass ? step.memory.data() : nullptr);
    step.x = carver.panels(rows, spec.width);
    step.mid = carver.panels(rows, spec.width);
    step.q = carver.panels(rows, queryWidth_);
    step.kv = carver.panels(rows, 2 * keyWidth_);
    step.attended = carver.panels(rows, queryWidth_);
    step.hidden = carver.panels(rows, parameters.matrix(blocks_[0].up.weight).out);
    step.logits = carver.panels(rows, spec.vocabulary);
    step.own.resize((std::size_t)pool.size());
    for (DecodeState::Own& own : step.own) {
      own.normed = carver.panels(rows, spec.width);
      own.activated = carver.panels(rows, spec.inner);
      own.stream = {{}, carver.floats(rows), carver.floats(rows)};
      own.attention = carver.floats(kernels.attendScratch(capacity, headSize_));
      own.softmax = carver.floats(2 * spec.heads);
      const long widest = std::max({spec.width, spec.inner, queryWidth_});
      own.rounding = (bfloat*)carver.floats(Rounding::floats(parameters, rows, widest));
    }
    if (!pass) step.memory.need(carver.used());
  }
}

/** Attention of one example's newest token over its cache, which first takes that token's key and value. */
void Transformer::decodeAttention(DecodeState& step, const Cache& cache, long layer, long row, long example,
                                  long position, int thread) const {
  DecodeState::Own& own = step.own[thread];
  if (const long half = spec.rotary / 2) {
    const float *cosine = cosine_.data() + position * half, *sine = sine_.data() + position * half;
    kernels.rotate(step.q.rows(row), 1, spec.heads, headSize_, half, cosine, sine, 1);
    kernels.rotate(step.kv.rows(row), 1, spec.kvHeads, headSize_, half, cosine, sine, 1);
  }
  const long start = example * cache.capacity;
  copyRow(step.kv, row, cache.kv[layer], start + position, 2 * keyWidth_);
  Attend a;
  a.q = step.q.rows(row);
  a.k = cache.kv[layer].rows(start);
  a.v = cache.kv[layer].panels(keyWidth_ / PANEL).rows(start);
  a.out = step.attended.rows(row);
  a.largest = own.softmax;
  a.inverse = own.softmax + spec.heads;
  a.statStride = 1;
  a.queries = 1;
  a.keys = position + 1;
  a.heads = spec.heads;
  a.kvHeads = spec.kvHeads;
  a.headSize = headSize_;
  a.causal = true;
  a.scale = 1.0f / __builtin_sqrtf((float)spec.headSize);
  kernels.attend(a, own.attention);
}

/** Takes one more token of each active example through the model, into step.logits. */
void Transformer::decode(const Cache& cache, DecodeState& step, const std::vector<int>& active,
                         const std::vector<int>& tokens, const std::vector<int>& positions) {
  const long rows = (long)active.size();
  if (RowTable* t = optimiser.table(tokens_)) optimiser.catchUp(*t, tokens.data(), rows);
  if (RowTable* t = positions_ < 0 ? nullptr : optimiser.table(positions_))
    optimiser.catchUp(*t, positions.data(), rows);
  clearHeadPadding(step.attended, rows);
  for (long r = 0; r < rows; r++) embedToken(tokens[r], positions[r], step.x, r);
  pool.run([&](int t) {
    DecodeState::Own& own = step.own[t];
    auto norm = [&](const NormLayer& layer, Panels x) {
      own.stream.x = x;
      kernels.normForward(normCall(layer, own.stream, 0, rows), own.normed);
    };
    for (long layer = 0; layer < spec.layers; layer++) {
      const Block& b = blocks_[layer];
      norm(b.norm1, step.x);
      const Panels base = spec.postNorm ? own.normed : step.x;
      shareOf(t, step, b.q, own.normed, rows, step.q, {});
      shareOf(t, step, b.kv, own.normed, rows, step.kv, {});
      pool.barrier();
      for (long r = t; r < rows; r += pool.size()) decodeAttention(step, cache, layer, r, active[r], positions[r], t);
      pool.barrier();
      shareOf(t, step, b.out, step.attended, rows, step.mid, base);
      if (!spec.parallel) pool.barrier();
      norm(b.norm2, spec.parallel ? step.x : step.mid);
      shareOf(t, step, b.up, own.normed, rows, step.hidden, {});
      pool.barrier();
      kernels.activate(spec.activation, step.hidden, rows, spec.inner, own.activated);
      shareOf(t, step, b.down, own.activated, rows, step.x, spec.postNorm ? own.normed : step.mid);
      pool.barrier();
    }
    norm(norm_, step.x);
    shareOf(t, step, tied() ? Linear{tokens_, -1} : head_, own.normed, rows, step.logits, {});
  });
}

/** The most likely next token; the first one on a tie. */
int Transformer::choose(Panels logits, long row) const {
  auto at = [&](long token) { return logits.panels(token / PANEL).row(row)[token % PANEL]; };
  long best = 0;
  for (long token = 1; token < spec.vocabulary; token++)
    if (at(token) > at(best)) best = token;
  return (int)best;
}

std::vector<std::vector<int>> Transformer::generate(const Batch& batch, long most, int stop) {
  if (spec.head != Head::language) return Network::generate(batch, most, stop);
  long longest = 0;
  for (long i = 0; i < batch.n; i++) {
    if (!batch.length(i)) throw std::invalid_argument("example " + std::to_string(i) + ": expected at least one token");
    longest = std::max(longest, batch.length(i));
  }
  prepare(batch, false);
  kept_ = false;
  Cache cache;
  cache.capacity = spec.positions ? std::min(longest + most, spec.positions) : longest + most;
  growPositions(cache.capacity);
  for (int pass = 0; pass < 2; pass++) {
    Carver carver(pass ? cache.memory.data() : nullptr);
    cache.kv.clear();
    for (long l = 0; l < spec.layers; l++) cache.kv.push_back(carver.panels(batch.n * cache.capacity, 2 * keyWidth_));
    if (!pass) cache.memory.need(carver.used());
  }
  DecodeState step;
  layDecode(step, batch.n, cache.capacity);

  // The prompts: an ordinary pass that also fills the cache.
  std::vector<int> next((std::size_t)batch.n), lengths;
  for (long i = 0; i < batch.n; i++) lengths.push_back((int)batch.length(i));
  struct Lent {  // taken back also where memory runs out
    Cache*& cache;
    ~Lent() { cache = nullptr; }
  } lent{cache_};
  cache_ = &cache;
  infer(batch, shortens(), spec.layers, [&](SliceState& state, int t) {
    readLast(state, t);
    headForward(state.pooled, state.count(), state.logits, t);
    for (long i = 0; i < state.count(); i++) next[state.slice->examples[i]] = choose(state.logits, i);
  });

  // Then a token at a time, for the examples that go on.
  std::vector<std::vector<int>> made((std::size_t)batch.n);
  std::vector<int> active((std::size_t)batch.n), tokens, positions;
  for (int i = 0; i < batch.n; i++) active[i] = i;
  for (;;) {
    for (int i : active) made[i].push_back(next[i]);
    std::erase_if(
        active, [&](int i) { return next[i] == stop || (long)made[i].size() == most || lengths[i] == cache.capacity; });
    if (active.empty()) return made;
    tokens.clear(), positions.clear();
    for (int i : active) tokens.push_back(next[i]), positions.push_back(lengths[i]++);
    decode(cache, step, active, tokens, positions);
    for (std::size_t r = 0; r < active.size(); r++) next[active[r]] = choose(step.logits, (long)r);
  }
}

}  // namespace w2s
