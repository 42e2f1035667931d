#include "optimiser.h"

#include <cmath>
#include <cstring>

namespace w2s {

namespace {
constexpr int MOST_THREADS = 256;
constexpr long TILE = PANEL * PANEL;
constexpr long COLUMNS = 16;  // of a matrix, that products come in
constexpr long PIECE = 8 * TILE;  // 32 kB each of weight, gradient and two moments: they stay in the second-level cache
}  // namespace

void Optimiser::finish(bool shared) {
  shared_ = shared;
  long takens = 0;
  for (std::size_t id = 0; id < parameters_.matrices().size(); id++) {
    const Matrix& m = parameters_.matrix((int)id);
    firstTaken_.push_back(takens);
    if (m.gradient == Gradient::dense) takens += m.out / COLUMNS;
    if (m.gradient == Gradient::rows) tables_.push_back(std::make_unique<RowTable>((int)id, m));
    if (m.gradient != Gradient::dense) continue;
    for (long out = 0; out < m.out; out += PANEL)
      for (long in = 0; in < m.in; in += PIECE / PANEL) {
        const long floats = std::min(PIECE, (m.in - in) * PANEL);
        pieces_.push_back({m.at + (out / PANEL * m.in + in) * PANEL, floats, (int)id, in, out});
      }
  }
  for (long at = parameters_.vectorsFrom(); at < parameters_.rowsFrom(); at += PIECE)
    pieces_.push_back({at, std::min(PIECE, parameters_.rowsFrom() - at)});
  squares_.resize(pieces_.size());
  gradients_.resize(shared ? 1 : (std::size_t)pool_.capacity());
  taken_.assign(gradients_.size(), std::vector<char>((std::size_t)takens));
  vectorGradients_.resize((std::size_t)pool_.capacity());
}

void Optimiser::begin() {
  threads_ = pool_.size();
  for (int t = 0; t < (shared_ ? 1 : threads_); t++)
    gradients_[t].need(parameters_.vectorsFrom() - parameters_.trainedFrom());
  for (int t = 0; t < threads_; t++) vectorGradients_[t].need(parameters_.rowsFrom() - parameters_.vectorsFrom());
  first_.need(parameters_.total() - parameters_.trainedFrom());
  second_.need(parameters_.total() - parameters_.trainedFrom());
  for (auto& table : tables_) table->clear();
  for (auto& taken : taken_) std::fill(taken.begin(), taken.end(), 0);
  folded_ = false;
  begun_ = true;
}

void Optimiser::zeroVectors(int thread) {
  zeroFloats(vectorGradients_[thread].data(), parameters_.rowsFrom() - parameters_.vectorsFrom());
}

bool Optimiser::takeFresh(int matrix, int thread, long column, long cols) {
  char* taken = taken_[shared_ ? 0 : thread].data() + firstTaken_[matrix] + column / COLUMNS;
  if (*taken) return false;
  std::fill(taken, taken + cols / COLUMNS, 1);
  return true;
}

void Optimiser::zeroUntouched(int thread) {
  for (std::size_t id = 0; id < firstTaken_.size(); id++) {
    const Matrix& m = parameters_.matrix((int)id);
    if (m.gradient != Gradient::dense) continue;
    const auto [begin, end] = shared_ ? pool_.share(m.out / COLUMNS, thread) : Pool::Share{0, m.out / COLUMNS};
    for (long i = begin; i < end; i++) {
      if (!takeFresh((int)id, thread, i * COLUMNS, COLUMNS)) continue;
      const Panels panel = gradient((int)id, thread).panels(i * COLUMNS / PANEL);
      for (long r = 0; r < m.in; r++) zeroFloats(panel.row(r) + i * COLUMNS % PANEL, COLUMNS);
    }
  }
}

void Optimiser::zeroAll() {
  pool_.run([&](int thread) {
    zeroVectors(thread);
    zeroUntouched(thread);
  });
}

RowTable* Optimiser::table(int matrix) {
  for (auto& t : tables_)
    if (t->matrix == matrix) return t.get();
  return nullptr;
}

void Optimiser::catchUp(RowTable& table, const int* ids, long count) {
  if (steps_.empty()) return;
  const long at = parameters_.matrix(table.matrix).at, moment = at - parameters_.trainedFrom();
  table.catchUp(ids, count, steps_, parameters_.flat() + at, first_.data() + moment, second_.data() + moment, pool_,
                kernels_);
}

void Optimiser::catchUpAll() {
  if (steps_.empty()) return;
  pool_.use(pool_.capacity());
  for (auto& table : tables_) {
    const long at = parameters_.matrix(table->matrix).at, moment = at - parameters_.trainedFrom();
    table->catchUpAll(steps_, parameters_.flat() + at, first_.data() + moment, second_.data() + moment, pool_,
                      kernels_);
  }
}

int Optimiser::partsOf(const Piece& piece, float** parts) {
  const bool matrix = piece.at < parameters_.vectorsFrom();
  const long at = piece.at - (matrix ? parameters_.trainedFrom() : parameters_.vectorsFrom());
  std::vector<Buffer>& from = matrix ? gradients_ : vectorGradients_;
  const int threads = folded_ || (matrix && shared_) ? 1 : threads_;
  for (int t = 0; t < threads; t++) parts[t] = from[t].data() + at;
  return threads;
}

double Optimiser::update(const Piece& piece, const AdamWConstants& constants) {
  float* parts[MOST_THREADS];
  const int threads = partsOf(piece, parts);
  float* w = parameters_.flat() + piece.at;
  const long moment = piece.at - parameters_.trainedFrom();
  const double squares = kernels_.adamw(constants, w, first_.data() + moment, second_.data() + moment, parts, threads,
                                        piece.floats);
  if (piece.matrix >= 0) parameters_.reflect(piece.matrix, piece.in, piece.floats / PANEL, piece.out, kernels_);
  return squares;
}

double Optimiser::squaresOfRows() {
  double total = 0;
  for (auto& table : tables_) total += table->squares(kernels_);
  return total;
}

void Optimiser::fold() {
  if (folded_) return;
  pool_.use(threads_);
  pool_.run([&](int thread) {
    const auto [begin, end] = pool_.share((long)pieces_.size(), thread);
    float* parts[MOST_THREADS];
    for (long i = begin; i < end; i++) {
      const int threads = partsOf(pieces_[i], parts);
      squares_[i] = kernels_.sumGradients(parts, threads, pieces_[i].floats);
    }
  });
  folded_ = true;
}

double Optimiser::step(const AdamW& p) {
  const double t = (double)steps_.size() + 1;
  AdamWConstants constants{};
  constants.beta1 = (float)p.beta1;
  constants.beta2 = (float)p.beta2;
  constants.take1 = (float)(1.0 - p.beta1);
  constants.take2 = (float)(1.0 - p.beta2);
  constants.eps = (float)p.eps;
  constants.decay = (float)(1.0 - p.lr * p.weightDecay);
  constants.rate = (float)(p.lr / (1.0 - std::pow(p.beta1, t)));
  constants.inverseRoot = (float)(1.0 / std::sqrt(1.0 - std::pow(p.beta2, t)));
  constants.gradientScale = 1;

  auto norm = [&] {
    double total = squaresOfRows();
    for (double s : squares_) total += s;
    return std::sqrt(total);
  };
  if (p.clipNorm > 0) {
    fold();
    constants.gradientScale = (float)std::min(1.0, p.clipNorm / (norm() + 1e-6));
  }
  steps_.push_back(constants);
  pool_.use(threads_);
  pool_.run([&](int thread) {
    const auto [begin, end] = pool_.share((long)pieces_.size(), thread);
    for (long i = begin; i < end; i++) squares_[i] = update(pieces_[i], constants);
    for (auto& table : tables_) {
      const long at = parameters_.matrix(table->matrix).at, moment = at - parameters_.trainedFrom();
      table->update(constants, (int)steps_.size(), parameters_.flat() + at, first_.data() + moment,
                    second_.data() + moment, thread, pool_, kernels_);
    }
  });
  return norm();
}

std::vector<float> Optimiser::flatGradient() {
  fold();
  std::vector<float> flat((std::size_t)parameters_.total(), 0.0f);
  const long matrices = parameters_.vectorsFrom() - parameters_.trainedFrom();
  const long vectors = parameters_.rowsFrom() - parameters_.vectorsFrom();
  float* trained = flat.data() + parameters_.trainedFrom();
  if (matrices) std::memcpy(trained, gradients_[0].data(), (std::size_t)matrices * sizeof(float));
  if (vectors) std::memcpy(trained + matrices, vectorGradients_[0].data(), (std::size_t)vectors * sizeof(float));
  for (auto& table : tables_) table->scatter(flat.data() + parameters_.matrix(table->matrix).at);
  return flat;
}

void Optimiser::reset() {
  steps_.clear();
  begun_ = false;
  zeroFloats(first_.data(), first_.size());
  zeroFloats(second_.data(), second_.size());
  for (auto& table : tables_) table->reset(0, false);
}

std::vector<float> Optimiser::flatMoment(bool second) {
  catchUpAll();
  const Buffer& from = second ? second_ : first_;
  std::vector<float> flat((std::size_t)parameters_.total(), 0.0f);
  if (from.size())
    std::memcpy(flat.data() + parameters_.trainedFrom(), from.data(),
                (std::size_t)(parameters_.total() - parameters_.trainedFrom()) * sizeof(float));
  return flat;
}

void Optimiser::restore(long updates, const std::vector<float>& first, const std::vector<float>& second) {
  reset();
  const long from = parameters_.trainedFrom(), size = parameters_.total() - from;
  if (size) std::memcpy(first_.need(size), first.data() + from, (std::size_t)size * sizeof(float));
  if (size) std::memcpy(second_.need(size), second.data() + from, (std::size_t)size * sizeof(float));
  // What those updates were is not asked for again: every row has had them.
  steps_.assign((std::size_t)updates, AdamWConstants{});
  for (auto& table : tables_) table->reset((int)updates, true);
}

double Optimiser::gradientBytes() const {
  double floats = 0;
  for (const Buffer& g : gradients_) floats += (double)g.size();
  for (const Buffer& g : vectorGradients_) floats += (double)g.size();
  for (auto& table : tables_) floats += (double)table->gradientFloats();
  return floats * 4;
}

}  // namespace w2s
