#include "open.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "../device/queue.h"

namespace w2s::cuda::lt {

namespace {

namespace fs = std::filesystem;

/** Newest first. Older ones lack what is asked of a description. */
constexpr const char* NAMES[] = {"libcublasLt.so.13", "libcublasLt.so.12"};
constexpr long OLDEST = 120000;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/** Of a Python's `lib` folder: where the wheels of cuBLAS (nvidia-cublas, nvidia-cublas-cu12) put it, newest Python first. */
void addWheels(const fs::path& lib, std::vector<fs::path>& folders) {
  std::vector<fs::path> pythons;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(lib, none))
    if (entry.path().filename().string().rfind("python3", 0) == 0) pythons.push_back(entry.path());
  std::sort(pythons.rbegin(), pythons.rend());
  for (const fs::path& python : pythons)
    for (const char* packages : {"site-packages", "dist-packages"})
      for (const char* wheel : {"nvidia/cu13/lib", "nvidia/cublas/lib"}) folders.push_back(python / packages / wheel);
}

std::vector<fs::path> folders() {
  std::vector<fs::path> all;
  for (const char* toolkit : {"CUDA_HOME", "CUDA_PATH"})
    if (const std::string root = variable(toolkit); !root.empty()) all.push_back(fs::path(root) / "lib64");
  for (const char* environment : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (const std::string root = variable(environment); !root.empty()) {
      addWheels(fs::path(root) / "lib", all);
      all.push_back(fs::path(root) / "lib");
    }
  for (const char* toolkit : {"/usr/local/cuda", "/usr/local/cuda-13", "/usr/local/cuda-12", "/opt/cuda"})
    all.push_back(fs::path(toolkit) / "lib64");
  for (const char* system : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"})
    all.push_back(system);
  if (const std::string home = variable("HOME"); !home.empty()) addWheels(fs::path(home) / ".local/lib", all);
  for (const char* python : {"/usr/local/lib", "/usr/lib"}) addWheels(python, all);
  return all;
}

std::string realFile(const void* symbol, const std::string& asked) {
  Dl_info info{};
  std::error_code none;
  const std::string file = dladdr(symbol, &info) && info.dli_fname ? info.dli_fname : asked;
  const fs::path real = fs::canonical(file, none);
  return none ? file : real.string();
}

/** @param file there, by its absolute path */
Found opened(const std::string& file) {
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library) return {std::nullopt, dlerror()};
  Library all{};
#define X(returned, name, parameters)                                          \
  all.call.name = (returned(*) parameters)dlsym(library, "cublasLt" #name);   \
  if (!all.call.name) return {std::nullopt, file + " has no cublasLt" #name};
  W2S_CUBLASLT(X)
#undef X
  all.file = realFile((const void*)all.call.GetVersion, file);
  all.version = (long)all.call.GetVersion();
  if (all.version < OLDEST)
    return {std::nullopt, all.file + ": expected cuBLASLt 12 or later, got version " + std::to_string(all.version)};
  const int status = all.call.Create(&all.handle);
  if (status != SUCCESS)
    return {std::nullopt, all.file + ": cublasLtCreate gave status " + std::to_string(status)};
  return {all, ""};
}

}  // namespace

std::vector<std::string> places() {
  if (const std::string given = variable("W2S_CUBLASLT"); !given.empty()) return {given};
  std::vector<std::string> files;
  for (const char* name : NAMES)
    for (const fs::path& folder : folders()) files.push_back((folder / name).string());
  return files;
}

Found open(const std::vector<std::string>& files) {
  std::string why;
  for (const std::string& file : files) {
    std::error_code none;
    if (!fs::path(file).is_absolute()) {
      why = "expected the absolute path of cuBLASLt, got " + file;
    } else if (fs::exists(file, none)) {
      Found found = opened(file);
      if (found.library) return found;
      why = found.why;
    } else if (files.size() == 1) {
      why = file + " is not there";
    }
  }
  return {std::nullopt, why.empty() ? "cuBLASLt is in none of " + std::to_string(files.size()) + " known places" : why};
}

const Found& found() {
  static const Found once = [] {
    if (variable("W2S_CUDA_LT") == "0") return Found{std::nullopt, "W2S_CUDA_LT=0 leaves cuBLASLt out"};
    if (isEmulated() && variable("W2S_CUBLASLT").empty())  // one for cards would take the host's memory for a card's
      return Found{std::nullopt, "an emulated card has no cuBLASLt but that of W2S_CUBLASLT"};
    return open(places());
  }();
  return once;
}

}  // namespace w2s::cuda::lt
