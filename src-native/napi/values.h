// Reading and making JavaScript values. Every failure is a C++ exception; `guard` turns it into a JavaScript one.
#pragma once
#define NAPI_VERSION 8
#include <node_api.h>

#include <exception>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace w2s {

/** Shown to JavaScript as a TypeError. */
struct BadArgument : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

inline void ok(napi_status status, const char* what) {
  if (status != napi_ok && status != napi_pending_exception) throw std::runtime_error(std::string("Node-API: ") + what);
}

inline napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type;
  ok(napi_typeof(env, value, &type), "typeof");
  return type;
}

inline std::string text(napi_env env, napi_value value) {
  std::size_t length = 0;
  ok(napi_get_value_string_utf8(env, value, nullptr, 0, &length), "string");
  std::string s(length, '\0');
  ok(napi_get_value_string_utf8(env, value, s.data(), length + 1, &length), "string");
  return s;
}

/** A value as a person would write it, for error messages. */
std::string shown(napi_env env, napi_value value);

/** An object of which every key must be asked for: the others are errors, named with their path. */
class Fields {
 public:
  Fields(napi_env env, napi_value object, std::string path);

  bool has(const char* key);
  napi_value get(const char* key);
  double number(const char* key);
  long integer(const char* key, long least);
  bool boolean(const char* key);
  std::string string(const char* key);
  /** The position of the value in `choices`. */
  int choice(const char* key, const std::vector<std::string>& choices);
  std::vector<long> integers(const char* key);
  Fields object(const char* key) { return Fields(env_, get(key), path_ + "." + key); }
  /** @throws BadArgument naming the first key that nobody asked for. */
  void done();
  [[noreturn]] void fail(const char* key, const std::string& expected, napi_value got) const;

 private:
  napi_env env_;
  napi_value object_;
  std::string path_;
  std::set<std::string> asked_;
};

/** The elements of a typed array, in place: valid until JavaScript runs again. */
template <typename T>
struct Elements {
  const T* data = nullptr;
  std::size_t size = 0;
  std::vector<T> copy() const { return std::vector<T>(data, data + size); }
};
Elements<float> floats(napi_env env, napi_value value, const char* what);
Elements<int> ints(napi_env env, napi_value value, const char* what);

/** A new Float32Array of zeros and its memory, which V8 owns. */
napi_value newFloats(napi_env env, std::size_t n, float** data);
napi_value newInts(napi_env env, const std::vector<int>& from);
napi_value newText(napi_env env, const std::string& s);
napi_value newNumber(napi_env env, double x);
napi_value newObject(napi_env env);
napi_value newArray(napi_env env, std::size_t n);
napi_value undefined(napi_env env);
void set(napi_env env, napi_value object, const char* key, napi_value value);
/**
 * What was thrown, as JavaScript sees it: a bad argument is a TypeError, a failed device an Error with `code` W2S_FAULT
 * and the driver's `number`, one without room an Error with `code` W2S_FULL and the bytes `asked`, `free` and `all`.
 */
napi_value newError(napi_env env, std::exception_ptr thrown);

/** Runs a callback's body; exceptions become JavaScript exceptions. */
template <typename F>
napi_value guard(napi_env env, F body) {
  try {
    return body();
  } catch (const std::exception&) {
    napi_throw(env, newError(env, std::current_exception()));
  }
  return nullptr;
}

}  // namespace w2s
