// cuBLASLt where it is found, as a training in the app has it; what is measured of each product is kept for this process alone.
#pragma once
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <string>

#include "../model/products.h"

namespace w2s::runner {

class Rivals {
 public:
  Rivals() : file_(std::filesystem::temp_directory_path() / ("w2s-runner-products-" + std::to_string(getpid()))) {
    if (found_.library) rival_.emplace(*found_.library, cuda::lt::choicesIn(file_, found_.library->version));
  }
  ~Rivals() {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
  }
  Rivals(const Rivals&) = delete;
  const cuda::Rival* get() const { return rival_ ? &*rival_ : nullptr; }
  /** Which file it is and which version, or why there is none. */
  std::string said() const {
    if (!found_.library) return "own kernels make all products: " + found_.why;
    const long v = found_.library->version;
    return "cuBLASLt " + std::to_string(v / 10000) + "." + std::to_string(v / 100 % 100) + "." +
           std::to_string(v % 100) + " makes the products that it is faster at: " + found_.library->file;
  }
  /** What makes the products that came so far. */
  std::string shares() const {
    const auto of = [&](bool ours) { return std::to_string(rival_->choices.count(ours)); };
    return "products made by cuBLASLt: " + of(false) + ", by own kernels: " + of(true);
  }

 private:
  const cuda::lt::Found& found_ = cuda::lt::found();
  const std::string file_;
  std::optional<cuda::Rival> rival_;
};

}  // namespace w2s::runner
