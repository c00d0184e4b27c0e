// What a fuzz target does when a property does not hold: say where, and stop, so that libFuzzer
// keeps the input and the replay fails.
#pragma once

#include <cstdio>
#include <cstdlib>

#define TERN_FUZZ_PROPERTY(condition)                                                     \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)
