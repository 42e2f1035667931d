#include "passes.h"

#include <algorithm>

namespace w2s::cuda {

void Passes::run(Queue& queue, const Key& key, const std::function<void()>& body) {
  if (!records_) return body();
  const auto found = std::find_if(passes_.begin(), passes_.end(), [&](const Pass& pass) { return pass.key == key; });
  if (found == passes_.end()) {
    body();
    passes_.push_front({key, nullptr});
    if (passes_.size() > MOST) passes_.pop_back();
    return;
  }
  passes_.splice(passes_.begin(), passes_, found);
  if (!found->graph) found->graph = std::make_unique<Graph>(queue, body);
  found->graph->launch(queue);
}

}  // namespace w2s::cuda
