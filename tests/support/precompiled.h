// Headers of libraries that most tests include. They are compiled once for all tests. Each test
// still includes what it uses. It has a guard, because g++ warns of `#pragma once` in a header that
// is compiled by itself.
#ifndef TERN_TESTS_SUPPORT_PRECOMPILED_H_
#define TERN_TESTS_SUPPORT_PRECOMPILED_H_

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <thread>
#include <vector>

#endif  // TERN_TESTS_SUPPORT_PRECOMPILED_H_
