// Our own mistakes, and nothing else: these are never used on what came from the network.
//
// TERN_REQUIRE(condition)          A caller broke a contract (`REQUIRES:`). Aborts in every build.
// TERN_CHECK_OR(condition, drop)   An invariant does not hold inside one query. Aborts by default,
//                                  so in every test. ternd counts it and runs `drop`, which gives
//                                  that one query up.
// TERN_DCHECK(condition)           An invariant that costs too much to look at all the time: counts
//                                  and lists. Looked at in debug builds and in the simulation.
//
// Thread: any. The two switches are set before other threads start.
#pragma once

#include <atomic>
#include <cstdint>

namespace tern {

// Prints the place and the condition, and aborts.
[[noreturn]] void FailRequire(const char* file, int line, const char* condition);

// The policy for TERN_CHECK_OR. `report` is called for each broken invariant from the thread that
// met it; null, the default, aborts.
using CheckReport = void (*)(const char* file, int line, const char* condition);
void SetCheckReport(CheckReport report);
// How many invariants were found broken and given up for, in this process.
uint64_t FailedChecks();
// Called by the macro only.
void FailCheck(const char* file, int line, const char* condition);

#ifdef NDEBUG
inline constexpr bool kDebugBuild = false;
#else
inline constexpr bool kDebugBuild = true;
#endif
// Whether TERN_DCHECK looks.
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
