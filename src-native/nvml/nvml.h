// What NVIDIA's driver tells of its cards by its own library (NVML), which is opened at run time: the addon loads on every
// machine, with or without it, and needs no header of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

namespace w2s::nvml {

/** A quantity; none where the driver does not tell it. */
using Told = std::optional<double>;

struct Card {
  /** Empty, as its name, where the card no longer answers. */
  std::string uuid, name;
  /** Percent, bytes (`used` with what the driver keeps for itself), °C, W, MHz, bits of what slows it down. */
  Told busy, total, used, celsius, watts, megahertz, memoryMegahertz, slowed, memoryErrors;
  /** Whether it is divided among programs (MIG). */
  bool parted = false;
  /** The number of why it does not work, 0 of one that does. */
  int trouble = 0;
};

/** A program that computes on a card; its name is empty where it may not be seen. */
struct User {
  std::string card, name;
  unsigned pid;
  Told bytes;
};

struct Answer {
  std::string driver;
  std::vector<Card> cards;
  std::vector<User> users;
};

/**
 * Takes milliseconds, or for ever where the driver hangs; one call at a time. The library stays open.
 * @throws std::runtime_error where there is no such library or it is another, DeviceFault with NVML's number where that
 * fails
 */
Answer ask(const std::string& path);

}  // namespace w2s::nvml
