// Weights, gradients and moments by name, and the update.
#include "network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace w2s::cuda {

CudaNetwork::CudaNetwork(const Spec& s, const Options& options, const Settings& settings)
    : Network(s),
      options_(options),
      settings_(settings),
      layout_(s),
      first_(options.halfMoments),
      second_(options.halfMoments),
      passes_(settings.graphs),
      products_(compute_, settings.rival) {
  w2s::check(s);
  if (s.family != Family::transformer)
    throw std::invalid_argument("kind: expected \"transformer\" on this device, since it has no other kernels");
  if (s.headSize > LARGEST_HEAD)
    throw std::invalid_argument("headSize: expected at most " + std::to_string(LARGEST_HEAD) + " on this device, got " +
                                std::to_string(s.headSize));
  const On on(compute_);
  weights_.need(layout_.total);
  zero(weights_.data(), (std::size_t)layout_.total * sizeof(float));
  norm_.need(NORM_SCRATCH);
  update_.need(1);
}

float* CudaNetwork::gradientAt(const Piece& piece) const {
  return piece.is() && piece.trained ? gradients_.data() + (piece.at - layout_.trainedFrom) : nullptr;
}

Linear CudaNetwork::linear(const LinearPiece& layer, long column, long cols) const {
  const Piece& w = layer.weight;
  auto from = [&](float* x) { return x ? x + column : nullptr; };
  const bool ofClasses = spec.head == Head::classes && &layer == &layout_.head;
  return {from(at(w)), from(at(layer.bias)), from(gradientAt(w)), from(gradientAt(layer.bias)), w.cols, w.rows,
          cols < 0 ? w.cols : cols, ofClasses ? Precision::fp32 : options_.precision};
}

Gemm CudaNetwork::ofTable(View a, View b, View c, long m, long n, long k) const {
  Gemm g{a, b, c, m, n, k};
  g.precision = options_.precision;
  return g;
}

std::vector<float> CudaNetwork::copyOf(const float* from, long n) {
  const On on(compute_);
  std::vector<float> values((std::size_t)n);
  copyOut(values.data(), from, values.size() * sizeof(float));
  return values;
}

void CudaNetwork::read(const std::vector<float>& from, long first, const std::vector<float*>& memory) const {
  std::vector<float> flat((std::size_t)layout_.total, 0.0f);
  std::copy(from.begin(), from.end(), flat.begin() + first);
  for (std::size_t i = 0; i < memory.size(); i++) {
    const Placed& t = layout_.tensors[i];
    for (long r = 0; r < t.rows; r++)
      for (long c = 0; c < t.cols; c++) memory[i][r * t.cols + c] = flat[t.at + r * t.rowStride + c * t.columnStride];
  }
}

void CudaNetwork::save(const std::vector<float*>& memory) { read(copyOf(weights_.data(), layout_.total), 0, memory); }

void CudaNetwork::gradients(const std::vector<float*>& memory) {
  if (!begun_) throw std::logic_error("there are no gradients yet");
  read(copyOf(gradients_.data(), learning()), layout_.trainedFrom, memory);
}

void CudaNetwork::moments(bool second, const std::vector<float*>& memory) {
  const On on(compute_);
  std::vector<float> values((std::size_t)learning());
  if (hasMoments_) (second ? second_ : first_).read(values.data(), learning());
  read(values, layout_.trainedFrom, memory);
}

namespace {

void write(const Placed& t, const float* values, bool transposed, float* flat) {
  for (long r = 0; r < t.rows; r++)
    for (long c = 0; c < t.cols; c++)
      flat[t.at + r * t.rowStride + c * t.columnStride] = values[transposed ? c * t.rows + r : r * t.cols + c];
}

}  // namespace

void CudaNetwork::load(long index, const float* values, bool transposed) {
  const On on(compute_);
  if (staged_.empty()) {
    staged_.resize((std::size_t)layout_.total);
    copyOut(staged_.data(), weights_.data(), staged_.size() * sizeof(float));
  }
  write(layout_.tensors[index], values, transposed, staged_.data());
}

void CudaNetwork::loaded() {
  const On on(compute_);
  if (!staged_.empty()) copyIn(weights_.data(), staged_.data(), staged_.size() * sizeof(float));
  staged_ = {};
  begun_ = hasMoments_ = false;
  updates_ = 0;
}

void CudaNetwork::restore(long updates, const std::vector<const float*>& first,
                          const std::vector<const float*>& second) {
  const On on(compute_);
  begun_ = hasMoments_ = false;
  needMoments();
  for (const bool which : {false, true}) {
    std::vector<float> flat((std::size_t)layout_.total, 0.0f);
    for (std::size_t i = 0; i < layout_.tensors.size(); i++)
      write(layout_.tensors[i], (which ? second : first)[i], false, flat.data());
    (which ? second_ : first_).write(flat.data() + layout_.trainedFrom, learning());
  }
  updates_ = updates;
}

void CudaNetwork::needMoments() {
  if (hasMoments_) return;
  for (Moment* moment : {&first_, &second_}) moment->clear(learning());
  hasMoments_ = true;
}

double CudaNetwork::step(const AdamW& p) {
  if (!begun_) throw std::logic_error("step before any gradients");
  const On on(compute_);
  needMoments();
  const double t = (double)++updates_;
  AdamWStep s{};
  s.beta1 = (float)p.beta1, s.beta2 = (float)p.beta2;
  s.take1 = (float)(1.0 - p.beta1), s.take2 = (float)(1.0 - p.beta2);
  s.eps = (float)p.eps;
  s.decay = (float)(1.0 - p.lr * p.weightDecay);
  s.rate = (float)(p.lr / (1.0 - std::pow(p.beta1, t)));
  s.inverseRoot = (float)(1.0 / std::sqrt(1.0 - std::pow(p.beta2, t)));
  s.clipNorm = (float)p.clipNorm;
  s.update = (unsigned)updates_;
  const long n = learning();
  float* weights = weights_.data() + layout_.trainedFrom;
  ferry_.drop();
  ferry_.in(update_.data(), &s, sizeof s);
  passes_.run(compute_, {Doing::step}, [&] {
    squares(gradients_.data(), n, norm_.data());
    if (options_.halfMoments)
      adamw(update_.data(), weights, first_.rounded(), second_.rounded(), gradients_.data(), n, norm_.data());
    else
      adamw(update_.data(), weights, first_.whole(), second_.whole(), gradients_.data(), n, norm_.data());
  });
  double total = 0;
  ferry_.out(&total, norm_.data(), sizeof total);
  ferry_.finish();
  return std::sqrt(total);
}

w2s::Memory CudaNetwork::memory() const {
  w2s::Memory m;
  m.weights = weights_.bytes();
  m.gradients = gradients_.bytes();
  m.moments = first_.bytes() + second_.bytes();
  m.activations = arena_.bytes() + ferry_.bytes() + cosine_.bytes() + sine_.bytes();
  return m;
}

}  // namespace w2s::cuda
