#include "rowtable.h"

#include <algorithm>

namespace w2s {

namespace {
constexpr int SUMMED = 64;  // uses of a row that are added up at a time
}

RowTable::RowTable(int matrix, const Matrix& shape)
    : matrix(matrix),
      rows_(shape.in),
      width_(shape.out),
      stepOf_((std::size_t)shape.in, 0),
      touched_((std::size_t)shape.in, 0),
      slotOf_((std::size_t)shape.in, -1) {}

void RowTable::clear() {
  for (int row : rowOf_) slotOf_[row] = -1;
  rowOf_.clear();
}

void RowTable::add(const std::vector<RowUse>& uses, Pool& pool, const Kernels& kernels) {
  const long before = (long)rowOf_.size();
  for (const RowUse& use : uses)
    if (slotOf_[use.id] < 0) {
      slotOf_[use.id] = (int)rowOf_.size();
      rowOf_.push_back(use.id);
    }
  const long slots = (long)rowOf_.size();
  gradient_.grow(slots * width_);
  zeroFloats(gradient_.data() + before * width_, (slots - before) * width_);

  start_.assign((std::size_t)slots + 1, 0);
  for (const RowUse& use : uses) start_[slotOf_[use.id] + 1]++;
  for (long s = 0; s < slots; s++) start_[s + 1] += start_[s];
  order_.resize(uses.size());
  for (std::size_t u = 0; u < uses.size(); u++) order_[start_[slotOf_[uses[u].id]]++] = (int)u;
  // Each start has now moved to the next slot's: slot s is order_[start_[s - 1] .. start_[s]).
  pool.run([&](int thread) {
    const auto [begin, end] = pool.share(slots, thread);
    const float* rows[SUMMED];
    for (long s = begin; s < end; s++)
      for (int from = s ? start_[s - 1] : 0; from < start_[s]; from += SUMMED) {
        const int count = std::min(SUMMED, start_[s] - from);
        for (long c = 0; c < width_; c += PANEL) {
          for (int i = 0; i < count; i++) {
            const RowUse& use = uses[order_[from + i]];
            rows[i] = use.from->panels(c / PANEL).row(use.row);
          }
          kernels.addRows(rows, count, gradient_.data() + s * width_ + c);
        }
      }
  });
}

double RowTable::squares(const Kernels& kernels) {
  float* all = gradient_.data();
  return rowOf_.empty() ? 0.0 : kernels.sumGradients(&all, 1, (long)rowOf_.size() * width_);
}

void RowTable::advance(int id, const std::vector<AdamWConstants>& steps, float* w, float* m, float* v,
                       const Kernels& kernels) {
  const AdamWConstants* missed = steps.data() + stepOf_[id];
  const long count = (long)steps.size() - stepOf_[id];
  for (long c = 0; c < width_; c += PANEL) {
    const long at = (c / PANEL * rows_ + id) * PANEL;
    kernels.adamwIdle(missed, count, w + at, touched_[id] ? m + at : nullptr, v + at, PANEL);
  }
  stepOf_[id] = (int)steps.size();
}

void RowTable::catchUp(const int* ids, long count, const std::vector<AdamWConstants>& steps, float* w, float* m,
                       float* v, Pool& pool, const Kernels& kernels) {
  due_.clear();
  const int now = (int)steps.size();
  for (long i = 0; i < count; i++)
    if (int& step = stepOf_[ids[i]]; step >= 0 && step < now) {
      due_.push_back(ids[i]);
      step -= now + 1;  // negative: on the list already
    }
  if (due_.empty()) return;
  for (int id : due_) stepOf_[id] += now + 1;
  pool.run([&](int thread) {
    const auto [begin, end] = pool.share((long)due_.size(), thread);
    for (long i = begin; i < end; i++) advance(due_[i], steps, w, m, v, kernels);
  });
}

void RowTable::catchUpAll(const std::vector<AdamWConstants>& steps, float* w, float* m, float* v, Pool& pool,
                          const Kernels& kernels) {
  pool.run([&](int thread) {
    const auto [begin, end] = pool.share(rows_, thread);
    for (long id = begin; id < end; id++)
      if (stepOf_[id] < (int)steps.size()) advance((int)id, steps, w, m, v, kernels);
  });
}

void RowTable::update(const AdamWConstants& constants, int step, float* w, float* m, float* v, int thread,
                      const Pool& pool, const Kernels& kernels) {
  const auto [begin, end] = pool.share((long)rowOf_.size(), thread);
  for (long s = begin; s < end; s++) {
    const int id = rowOf_[s];
    for (long c = 0; c < width_; c += PANEL) {
      const long at = (c / PANEL * rows_ + id) * PANEL;
      const float* gradient = gradient_.data() + s * width_ + c;
      kernels.adamw(constants, w + at, m + at, v + at, &gradient, 1, PANEL);
    }
    touched_[id] = 1;
    stepOf_[id] = step;
  }
}

void RowTable::reset(int step, bool touched) {
  std::fill(stepOf_.begin(), stepOf_.end(), step);
  std::fill(touched_.begin(), touched_.end(), touched);
  clear();
}

void RowTable::scatter(float* table) const {
  for (std::size_t s = 0; s < rowOf_.size(); s++)
    for (long c = 0; c < width_; c += PANEL) {
      float* to = table + (c / PANEL * rows_ + rowOf_[s]) * PANEL;
      const float* from = gradient_.data() + (long)s * width_ + c;
      for (long i = 0; i < PANEL; i++) to[i] += from[i];
    }
}

}  // namespace w2s
