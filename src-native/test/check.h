// A test framework of a screen: TEST registers a function, CHECK counts and prints what failed.
#pragma once
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace w2s::test {

struct Test {
  std::string name;
  std::function<void()> body;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int failures = 0;

struct Register {
  Register(const char* name, std::function<void()> body) { tests().push_back({name, std::move(body)}); }
};

inline void fail(const char* file, int line, const std::string& what) {
  failures++;
  std::printf("  %s:%d: %s\n", file, line, what.c_str());
}

}  // namespace w2s::test

#define TEST(name)                                                \
  static void test_##name();                                      \
  static w2s::test::Register register_##name(#name, test_##name); \
  static void test_##name()

#define CHECK(condition) \
  if (!(condition)) w2s::test::fail(__FILE__, __LINE__, #condition)

/** |got - expected| <= tolerance, printing both. */
#define CHECK_NEAR(got, expected, tolerance)                                                   \
  if (double g_ = (got), e_ = (expected); !(g_ - e_ <= (tolerance) && e_ - g_ <= (tolerance))) \
  w2s::test::fail(__FILE__, __LINE__, #got " = " + std::to_string(g_) + ", expected " + std::to_string(e_))

#define CHECK_THROWS(expression, part)                                                                         \
  try {                                                                                                        \
    expression;                                                                                                \
    w2s::test::fail(__FILE__, __LINE__, "expected to throw: " #expression);                                    \
  } catch (const std::exception& e) {                                                                          \
    if (std::string(e.what()).find(part) == std::string::npos)                                                 \
      w2s::test::fail(__FILE__, __LINE__, std::string("expected \"") + part + "\", got \"" + e.what() + "\""); \
  }
