// Checks for our own mistakes only. They are never used on data from the network.
//
// - TERN_REQUIRE(condition): a caller broke a contract (`REQUIRES:`). Aborts in every build.
// - TERN_CHECK_OR(condition, drop): an invariant does not hold inside one query. Aborts by default,
//   so in every test. ternd counts it and runs `drop`, which gives up that one query.
// - TERN_DCHECK(condition): an invariant that is too expensive to check all the time, such as a
//   count or a whole list. Checked in debug builds and in the simulation.
//
// Thread: any. The two switches are set before other threads start.
#pragma once

#include <atomic>
#include <cstdint>

namespace tern {

// Prints the place and the condition, and aborts.
[[noreturn]] void FailRequire(const char* file, int line, const char* condition);

// What TERN_CHECK_OR does. `report` is called for each broken invariant, from the thread that found
// it. Null is the default and aborts.
using CheckReport = void (*)(const char* file, int line, const char* condition);
void SetCheckReport(CheckReport report);
// How many broken invariants this process has found and gone on from.
uint64_t FailedChecks();
// Only the macro calls it.
void FailCheck(const char* file, int line, const char* condition);

#ifdef NDEBUG
inline constexpr bool kDebugBuild = false;
#else
inline constexpr bool kDebugBuild = true;
#endif
// Whether TERN_DCHECK checks.
inline std::atomic<bool> debug_checks = kDebugBuild;

}  // namespace tern

#define TERN_REQUIRE(condition)                            \
  do {                                                     \
    if (!(condition)) [[unlikely]]                         \
      ::tern::FailRequire(__FILE__, __LINE__, #condition); \
  } while (false)

#define TERN_CHECK_OR(condition, drop)                   \
  do {                                                   \
    if (!(condition)) [[unlikely]] {                     \
      ::tern::FailCheck(__FILE__, __LINE__, #condition); \
      drop;                                              \
    }                                                    \
  } while (false)

#define TERN_DCHECK(condition)                                                         \
  do {                                                                                 \
    if (::tern::debug_checks.load(std::memory_order_relaxed)) TERN_REQUIRE(condition); \
  } while (false)
