// What a call on a device may end in, besides std::invalid_argument and std::runtime_error.
#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>

namespace w2s {

/** A device or its driver that does not do what it was told: `number` is what the driver knows the error by, or
 * (negative) cuBLASLt its own. */
struct DeviceFault : std::runtime_error {
  DeviceFault(const std::string& what, int number) : std::runtime_error(what), number(number) {}
  int number;
};

/** A device without room for what is asked: the bytes asked for, free on it, and all that it has. */
struct DeviceFull : std::runtime_error {
  DeviceFull(double asked, double free, double all)
      : std::runtime_error("the card has not enough memory: " + megabytes(asked) + " MB asked for, " + megabytes(free) +
                           " of " + megabytes(all) + " MB free"),
        asked(asked),
        free(free),
        all(all) {}
  double asked, free, all;

 private:
  static std::string megabytes(double bytes) { return std::to_string((long long)(bytes / 1e6)); }
};

}  // namespace w2s
