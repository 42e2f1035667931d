// Memory of the emulated device, whoever plays the card.
#include <cstdlib>
#include <cstring>

#include "emulate.h"
#include "memory.h"
#include "turns.h"

namespace w2s::cuda {

void sendIn(void* to, const void* from, std::size_t bytes) { copyWithin(to, from, bytes); }
void copyWithin(void* to, const void* from, std::size_t bytes) {
  emulated::start([=] { std::memcpy(to, from, bytes); });
}
void zero(void* memory, std::size_t bytes) {
  emulated::start([=] { std::memset(memory, 0, bytes); });
}
void forget(void* memory, std::size_t bytes) {
  emulated::start([=] { std::memset(memory, 0xFF, bytes); });
}
void carve(void* block, const std::vector<Extent>& extents) {
  emulated::start([=] { emulated::carve(block, extents); });
}

void* allocatePinned(std::size_t bytes) {
  emulated::expectNoRecording("memory is taken");
  return std::malloc(bytes);
}
void releasePinned(void* memory) {
  emulated::finishAll();
  std::free(memory);
}

}  // namespace w2s::cuda
