// The emulated device: its memory, and what it is called.
#include <cstring>

#include "devices.h"
#include "emulate.h"
#include "memory.h"

namespace w2s::cuda {

void* allocateBytes(std::size_t bytes) { return emulated::allocate(bytes); }
void releaseBytes(void* memory) {
  if (memory) emulated::release(memory);
}
void copyIn(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
void copyOut(void* to, const void* from, std::size_t bytes) { std::memcpy(to, from, bytes); }
void zero(void* memory, std::size_t bytes) { std::memset(memory, 0, bytes); }
void forget(void* memory, std::size_t bytes) { std::memset(memory, 0xFF, bytes); }

Driver driver() { return {"", 0, 0}; }
int deviceCount() { return 1; }
std::vector<Device> devices() { return {{"this host, emulating a card", "", 0, 0, 0, 0}}; }

}  // namespace w2s::cuda
