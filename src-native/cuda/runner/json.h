// As much of JSON as the golden files need: no escapes in strings but the simple ones.
#pragma once
#include <cctype>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace w2s::runner {

struct Json {
  enum Kind { null, boolean, number, string, list, object } kind = null;
  double value = 0;
  std::string text;
  std::vector<Json> items;
  std::map<std::string, Json> fields;

  const Json& operator[](const std::string& key) const {
    const auto found = fields.find(key);
    if (found == fields.end()) throw std::runtime_error("expected a field " + key);
    return found->second;
  }
  bool has(const std::string& key) const { return fields.count(key) > 0; }
  long whole() const { return (long)value; }
  template <typename T>
  std::vector<T> numbers() const {
    std::vector<T> all;
    for (const Json& item : items) all.push_back((T)item.value);
    return all;
  }
};

class JsonReader {
 public:
  explicit JsonReader(const std::string& text) : text_(text) {}

  Json read() {
    const char c = next();
    if (c == '{' || c == '[') return group(c);
    if (c == '"') return {Json::string, 0, string(), {}, {}};
    for (const auto& [word, json] : {std::pair{"true", Json{Json::boolean, 1, {}, {}, {}}},
                                     {"false", Json{Json::boolean, 0, {}, {}, {}}},
                                     {"null", Json{}}})
      if (!text_.compare(at_, std::string(word).size(), word)) {
        at_ += std::string(word).size();
        return json;
      }
    char* end = nullptr;
    Json json{Json::number, std::strtod(text_.c_str() + at_, &end), {}, {}, {}};
    if (end == text_.c_str() + at_) throw std::runtime_error("expected JSON at " + std::to_string(at_));
    at_ = (std::size_t)(end - text_.c_str());
    return json;
  }

 private:
  char next() {
    while (at_ < text_.size() && std::isspace((unsigned char)text_[at_])) at_++;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  std::string string() {
    std::string s;
    for (at_++; at_ < text_.size() && text_[at_] != '"'; at_++) s += text_[at_] == '\\' ? text_[++at_] : text_[at_];
    at_++;
    return s;
  }
  Json group(char opening) {
    Json json;
    json.kind = opening == '{' ? Json::object : Json::list;
    const char closing = opening == '{' ? '}' : ']';
    for (at_++; next() != closing;) {
      if (next() == ',') at_++, next();
      if (opening == '[') {
        json.items.push_back(read());
        continue;
      }
      const std::string key = string();
      if (next() != ':') throw std::runtime_error("expected : after " + key);
      at_++;
      json.fields[key] = read();
    }
    at_++;
    return json;
  }

  const std::string& text_;
  std::size_t at_ = 0;
};

}  // namespace w2s::runner
