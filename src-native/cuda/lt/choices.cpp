#include "choices.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>

namespace w2s::cuda::lt {

namespace {

/** First of a file; another number where lines are others. */
constexpr const char* KIND = "w2s-products-1";

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error(what + ": " + std::strerror(errno)); }

/** An open file that is this process' alone while it lives. */
class Locked {
 public:
  explicit Locked(const std::string& file) {
    std::error_code none;
    std::filesystem::create_directories(std::filesystem::path(file).parent_path(), none);
    at = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (at < 0) fail(file);
    if (flock(at, LOCK_EX)) {
      close(at);
      fail(file);
    }
  }
  ~Locked() { close(at); }
  Locked(const Locked&) = delete;
  int at;
};

/** FNV-1a: a line that was changed by accident is told from one that was written. */
std::string sumOf(const std::string& line) {
  std::uint32_t sum = 0x811c9dc5;
  for (const char c : line) sum = (sum ^ (unsigned char)c) * 0x01000193u;
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", sum);
  return hex;
}

std::string lineOf(const std::string& product, const Choice& c) {
  char text[64];
  std::snprintf(text, sizeof text, " %s %.6g %.6g ", c.ours ? "ours" : "cublaslt", c.oursMs, c.theirsMs);
  std::string line = product + text;
  for (const std::uint64_t word : c.algorithm.data) {
    std::snprintf(text, sizeof text, "%016" PRIx64, word);
    line += text;
  }
  return line + " " + sumOf(line) + "\n";
}

bool readLine(const std::string& line, std::string& product, Choice& c) {
  std::istringstream words(line);
  std::string by, algorithm, sum, more;
  if (!(words >> product >> by >> c.oursMs >> c.theirsMs >> algorithm >> sum) || words >> more) return false;
  if (sum != sumOf(line.substr(0, line.rfind(' '))) || (by != "ours" && by != "cublaslt")) return false;
  if (algorithm.size() != 16 * std::size(c.algorithm.data)) return false;
  c.ours = by == "ours";
  for (std::size_t i = 0; i < std::size(c.algorithm.data); i++)
    if (std::sscanf(algorithm.c_str() + 16 * i, "%16" SCNx64, &c.algorithm.data[i]) != 1) return false;
  return true;
}

void writeAll(int file, const std::string& text, long at) {
  if (pwrite(file, text.data(), text.size(), at) != (ssize_t)text.size()) fail("writing");
}

}  // namespace

Choices::Choices(std::string file, long version) : file_(std::move(file)), version_(version) {
  try {
    const Locked locked(file_);
    read(locked.at);
  } catch (const std::runtime_error& e) {
    why_ = e.what();
  }
}

std::string Choices::why() const {
  const std::lock_guard guard(mutex_);
  return why_;
}

void Choices::begin(int file) {
  char drawn[9];
  std::snprintf(drawn, sizeof drawn, "%08x", std::random_device{}());
  name_ = drawn;
  const std::string first = std::string(KIND) + " " + std::to_string(version_) + " " + name_ + "\n";
  writeAll(file, first, 0);
  readTo_ = (long)first.size(), lines_ = 1;
}

void Choices::read(int file) {
  std::string text;
  char part[4096];
  for (ssize_t got; (got = pread(file, part, sizeof part, readTo_ + (long)text.size())) != 0;) {
    if (got < 0) fail(file_);
    text.append(part, (std::size_t)got);
  }
  // A line without an end was cut short, by one who has not gone by it either: the next one is written over it.
  text.resize(text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1);
  if (text.empty() && !readTo_) return begin(file);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    lines_++;
    const std::string where = file_ + ", line " + std::to_string(lines_) + ": ";
    if (lines_ == 1) {
      std::istringstream words(line);
      std::string kind;
      long version = 0;
      if (!(words >> kind >> version >> name_) || kind != KIND || version != version_)
        throw std::runtime_error(where + "expected choices of cuBLASLt " + std::to_string(version_) + ", got \"" +
                                 line.substr(0, 60) + "\"; they are measured anew where the file is deleted");
      continue;
    }
    std::string product;
    Choice choice;
    if (!readLine(line, product, choice))
      throw std::runtime_error(where + "expected a product's choice, got \"" + line.substr(0, 60) +
                               "\"; all are measured anew where the file is deleted");
    all_.emplace(product, choice);
  }
  readTo_ += (long)text.size();
}

std::optional<Choice> Choices::find(const std::string& product) {
  const std::lock_guard guard(mutex_);
  const auto found = all_.find(product);
  if (found == all_.end()) return std::nullopt;
  return found->second;
}

long Choices::count(bool ours) const {
  const std::lock_guard guard(mutex_);
  return std::count_if(all_.begin(), all_.end(), [&](const auto& each) { return each.second.ours == ours; });
}

Choice Choices::keep(const std::string& product, const Choice& choice) {
  const std::lock_guard guard(mutex_);
  try {
    const Locked locked(file_);
    read(locked.at);
    if (!all_.contains(product)) {
      const std::string line = lineOf(product, choice);
      if (ftruncate(locked.at, readTo_)) fail(file_);
      writeAll(locked.at, line, readTo_);
      readTo_ += (long)line.size(), lines_++;
      all_[product] = choice;
    }
  } catch (const std::runtime_error& e) {
    why_ = e.what();
    all_.emplace(product, Choice{});
  }
  return all_.at(product);
}

Choices& choicesIn(const std::string& file, long version) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Choices>> all;
  const std::lock_guard guard(mutex);
  auto& choices = all[file];
  if (!choices) choices = std::make_unique<Choices>(file, version);
  return *choices;
}

}  // namespace w2s::cuda::lt
