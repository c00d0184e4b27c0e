// Our own mistakes, and nothing else: never use these on what came from the network.
//
// REQUIRE  a caller broke a contract: aborts in every build.
// CHECK_OR an invariant does not hold inside one query: aborts in debug and sanitizer builds, and
//          in production runs the statement that gives the query up.
// DCHECK   debug builds only.
//
// Thread: any.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tern::resolver {

[[noreturn]] inline void FailCheck(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, condition);
  std::abort();
}

}  // namespace tern::resolver

#define TERN_REQUIRE(condition)                                                    \
  do {                                                                             \
    if (!(condition)) ::tern::resolver::FailCheck(__FILE__, __LINE__, #condition); \
  } while (false)

#ifdef NDEBUG
#define TERN_CHECK_OR(condition, give_up) \
  do {                                    \
    if (!(condition)) {                   \
      give_up;                            \
    }                                     \
  } while (false)
#define TERN_DCHECK(condition) \
  do {                         \
  } while (false)
#else
#define TERN_CHECK_OR(condition, give_up) TERN_REQUIRE(condition)
#define TERN_DCHECK(condition) TERN_REQUIRE(condition)
#endif
