#include "products.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "../device/memory.h"
#include "pack.h"

namespace w2s::cuda {

namespace {

/** Our own kernel is taken unless cuBLASLt is faster by more than what measurements differ, as between kernels of the CPU. */
constexpr double MARGIN = 1.03;

/** How far its result may be from ours, as a part of the largest number: TF32 is rounded by the card in its own way. */
double allowed(Precision precision) { return precision == Precision::tf32 ? 5e-3 : 1e-4; }

/** The same product with its result elsewhere, so that it can be made again and again. */
class Elsewhere {
 public:
  explicit Elsewhere(const Gemm& p) : gemm(p) {
    gemm.c = {c_.need(p.m * p.c.stride), p.c.stride};
    if (p.activates) gemm.activated = {activated_.need(p.m * p.activated.stride), p.activated.stride};
  }
  Gemm gemm;

 private:
  Memory<float> c_, activated_;
};

struct Apart {
  double most = 0, largest = 0;
  /** Numbers that are not finite tell nothing. */
  bool within(double part) const { return std::isfinite(most) && std::isfinite(largest) && most <= part * largest; }
};

Apart apartOf(const Gemm& a, const Gemm& b, Memory<float>& scratch) {
  const long pairs = compare(a.c, b.c, a.m, a.n, scratch.need(COMPARED));
  std::vector<float> all((std::size_t)pairs * 2);
  copyOut(all.data(), scratch.data(), all.size() * sizeof(float));
  Apart apart;
  for (long i = 0; i < pairs; i++) {
    apart.most = std::max(apart.most, (double)all[i * 2]);
    apart.largest = std::max(apart.largest, (double)all[i * 2 + 1]);
  }
  return apart;
}

/** Of ragged texts, products of sizes near each other are the same. */
std::string likenessOf(const Gemm& p) { return lt::nameOf(p, capacityFor(p.turnA ? p.k : p.m)); }

}  // namespace

void Products::multiply(const Gemm& p) const {
  if (!rival_ || !p.m || !p.n || !p.k || !p.c.data) return gemm(p);
  const std::string name = likenessOf(p);
  const std::optional<lt::Choice> known = rival_->choices.find(name);
  const lt::Choice choice = known ? *known : choose(p, name);
  if (choice.ours || !lt::multiply(rival_->library, p, choice.algorithm, scratch_)) gemm(p);
}

bool Products::isByRival(const Gemm& p) const {
  const std::optional<lt::Choice> known = rival_ ? rival_->choices.find(likenessOf(p)) : std::nullopt;
  return known && !known->ours;
}

lt::Choice Products::choose(const Gemm& p, const std::string& name) const {
  if (recording()) throw std::logic_error("a pass is recorded before it was run: product " + name);
  if (!rival_->choices.why().empty()) return {};
  return rival_->choices.keep(name, measured(p));
}

/** What cuBLASLt fails at, makes wrongly or makes otherwise the second time is ours; so is what there is no room to measure for. */
lt::Choice Products::measured(const Gemm& p) const {
  lt::Choice choice;
  try {
    const std::vector<lt::Algorithm> algorithms = lt::algorithmsFor(rival_->library, p, scratch_);
    if (algorithms.empty()) return choice;
    const Elsewhere ours(p), theirs(p);
    Memory<float> scratch;
    choice.oursMs = millisecondsOf(queue_, [&] { gemm(ours.gemm); });
    for (const lt::Algorithm& algorithm : algorithms) {
      const auto make = [&](const Gemm& into) { return lt::multiply(rival_->library, into, algorithm, scratch_); };
      bool made = true;
      const double ms = millisecondsOf(queue_, [&] { made &= make(theirs.gemm); });
      if (!made || (choice.theirsMs && ms >= choice.theirsMs)) continue;
      const Apart off = apartOf(ours.gemm, theirs.gemm, scratch);
      const Elsewhere again(p);
      make(again.gemm);
      if (!off.within(allowed(p.precision)) || !apartOf(theirs.gemm, again.gemm, scratch).within(0)) continue;
      choice.theirsMs = ms;
      choice.algorithm = algorithm;
    }
    choice.ours = !choice.theirsMs || choice.theirsMs * MARGIN >= choice.oursMs;
  } catch (const DeviceFull&) {
    return {};
  } catch (const DeviceFault& e) {
    if (!lt::isOfLibrary(e)) throw;
    return {};
  }
  return choice;
}

}  // namespace w2s::cuda
