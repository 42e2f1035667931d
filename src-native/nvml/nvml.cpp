#include "nvml.h"

#include <dlfcn.h>

#include <map>

#include "../failures.h"
#include "api.h"

namespace w2s::nvml {

namespace {

constexpr unsigned TEXT = 96;
constexpr double MILLI = 1e-3;

/** Of its functions those that are asked; null: this driver has none of that name. */
class Library {
 public:
  explicit Library(const std::string& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) throw std::runtime_error(dlerror());
    try {
      need(init, path, "nvmlInit_v2");
      need(errorString, path, "nvmlErrorString");
      need(driverVersion, path, "nvmlSystemGetDriverVersion");
      need(count, path, "nvmlDeviceGetCount_v2");
      need(at, path, "nvmlDeviceGetHandleByIndex_v2");
      need(uuid, path, "nvmlDeviceGetUUID");
      need(name, path, "nvmlDeviceGetName");
    } catch (const std::exception&) {
      dlclose(handle_);
      throw;
    }
    find(utilization, {"nvmlDeviceGetUtilizationRates"});
    find(memory, {"nvmlDeviceGetMemoryInfo"});
    find(temperature, {"nvmlDeviceGetTemperature"});
    find(power, {"nvmlDeviceGetPowerUsage"});
    find(clock, {"nvmlDeviceGetClockInfo"});
    // The older name is that of drivers before 535.
    find(slowed, {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"});
    find(errors, {"nvmlDeviceGetTotalEccErrors"});
    find(mig, {"nvmlDeviceGetMigMode"});
    // Both fill the same structure; the first version, of drivers before 450, another.
    find(processes, {"nvmlDeviceGetComputeRunningProcesses_v3", "nvmlDeviceGetComputeRunningProcesses_v2"});
    find(processName, {"nvmlSystemGetProcessName"});
  }

  /** @throws DeviceFault */
  void expectOk(int status) const {
    if (status != SUCCESS) throw DeviceFault(errorString(status), status);
  }

  int (*init)() = nullptr;
  const char* (*errorString)(int) = nullptr;
  int (*driverVersion)(char*, unsigned) = nullptr;
  int (*count)(unsigned*) = nullptr;
  int (*at)(unsigned, Device*) = nullptr;
  int (*uuid)(Device, char*, unsigned) = nullptr;
  int (*name)(Device, char*, unsigned) = nullptr;
  int (*utilization)(Device, Utilization*) = nullptr;
  int (*memory)(Device, MemoryInfo*) = nullptr;
  int (*temperature)(Device, int, unsigned*) = nullptr;
  int (*power)(Device, unsigned*) = nullptr;
  int (*clock)(Device, int, unsigned*) = nullptr;
  int (*slowed)(Device, unsigned long long*) = nullptr;
  int (*errors)(Device, int, int, unsigned long long*) = nullptr;
  int (*mig)(Device, unsigned*, unsigned*) = nullptr;
  int (*processes)(Device, unsigned*, Process*) = nullptr;
  int (*processName)(unsigned, char*, unsigned) = nullptr;

 private:
  template <typename F>
  void find(F& function, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (!function) function = (F)dlsym(handle_, name);
  }
  template <typename F>
  void need(F& function, const std::string& path, const char* name) {
    find(function, {name});
    if (!function) throw std::runtime_error(path + " has no " + name);
  }

  void* handle_;
};

/** Opened and started once; one that fails is tried anew the next time. */
const Library& opened(const std::string& path) {
  // Never taken down: a call that hangs may still be in it when the process ends.
  static auto& started = *new std::map<std::string, Library>;
  const auto found = started.find(path);
  if (found != started.end()) return found->second;
  const Library library(path);
  library.expectOk(library.init());
  return started.emplace(path, library).first->second;
}

/** Asks one card, and keeps in mind what is the matter with it. */
class Questions {
 public:
  Questions(Device device, int& trouble) : device_(device), trouble_(trouble) {}

  /** Whether it is answered. */
  template <typename... Parameters, typename... Arguments>
  bool ask(int (*function)(Device, Parameters...), Arguments... arguments) {
    if (!function) return false;
    const int status = function(device_, arguments...);
    if (status == GPU_IS_LOST || (status == RESET_REQUIRED && trouble_ == SUCCESS)) trouble_ = status;
    return status == SUCCESS;
  }
  /** A quantity that is the last thing that a function fills, told in units of `unit`. */
  template <typename T, typename... Parameters, typename... Arguments>
  Told number(double unit, int (*function)(Device, Parameters...), Arguments... arguments) {
    T value{};
    if (!ask(function, arguments..., &value)) return {};
    return (double)value * unit;
  }
  std::string text(int (*function)(Device, char*, unsigned)) {
    char text[TEXT] = "";
    return ask(function, (char*)text, TEXT) ? text : "";
  }

 private:
  Device device_;
  int& trouble_;
};

Card cardOf(const Library& library, Device device) {
  Card card;
  Questions q(device, card.trouble);
  card.uuid = q.text(library.uuid);
  card.name = q.text(library.name);
  Utilization utilization{};
  if (q.ask(library.utilization, &utilization)) card.busy = utilization.gpu;
  MemoryInfo memory{};
  if (q.ask(library.memory, &memory)) {
    card.total = (double)memory.total;
    card.used = (double)memory.used;
  }
  card.celsius = q.number<unsigned>(1, library.temperature, TEMPERATURE_GPU);
  card.watts = q.number<unsigned>(MILLI, library.power);
  card.megahertz = q.number<unsigned>(1, library.clock, CLOCK_SM);
  card.memoryMegahertz = q.number<unsigned>(1, library.clock, CLOCK_MEMORY);
  card.slowed = q.number<unsigned long long>(1, library.slowed);
  card.memoryErrors = q.number<unsigned long long>(1, library.errors, UNCORRECTED, SINCE_LOADED);
  unsigned current = 0, pending = 0;
  card.parted = q.ask(library.mig, &current, &pending) && current == MIG_ENABLED;
  return card;
}

/** Programs that compute on a card; none where the driver does not tell. */
std::vector<Process> processesOn(const Library& library, Device device) {
  std::vector<Process> all(64);
  unsigned count = (unsigned)all.size();
  int status = library.processes ? library.processes(device, &count, all.data()) : INSUFFICIENT_SIZE;
  if (library.processes && status == INSUFFICIENT_SIZE) {
    // Some more, for those that begin in between.
    all.resize(count += 16);
    status = library.processes(device, &count, all.data());
  }
  all.resize(status == SUCCESS ? count : 0);
  return all;
}

void addUsers(const Library& library, Device device, const std::string& card, std::vector<User>& users) {
  for (const Process& process : processesOn(library, device)) {
    char name[1024] = "";
    const bool isNamed = library.processName && library.processName(process.pid, name, sizeof name) == SUCCESS;
    const Told bytes = process.bytes == NOT_AVAILABLE ? Told() : (double)process.bytes;
    users.push_back({card, isNamed ? name : "", process.pid, bytes});
  }
}

}  // namespace

Answer ask(const std::string& path) {
  const Library& library = opened(path);
  Answer answer;
  char driver[TEXT] = "";
  library.expectOk(library.driverVersion(driver, TEXT));
  answer.driver = driver;
  unsigned count = 0;
  library.expectOk(library.count(&count));
  for (unsigned i = 0; i < count; i++) {
    Device device = nullptr;
    const int status = library.at(i, &device);
    if (status == GPU_IS_LOST || status == RESET_REQUIRED) {
      answer.cards.emplace_back().trouble = status;
      continue;
    }
    library.expectOk(status);
    answer.cards.push_back(cardOf(library, device));
    addUsers(library, device, answer.cards.back().uuid, answer.users);
  }
  return answer;
}

}  // namespace w2s::nvml
