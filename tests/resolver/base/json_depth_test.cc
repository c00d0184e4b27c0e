#include "resolver/base/json_depth.h"

#include <gtest/gtest.h>

#include <string>

namespace tern::resolver {
namespace {

TEST(JsonDepthTest, CountsArraysAndObjects) {
  EXPECT_FALSE(NestsDeeper("7", 0));
  EXPECT_TRUE(NestsDeeper("{}", 0));
  EXPECT_FALSE(NestsDeeper(R"({"a":1,"b":2})", 1));
  EXPECT_TRUE(NestsDeeper(R"({"a":[1]})", 1));
  EXPECT_FALSE(NestsDeeper(R"([{"a":[1]},[2],[[3]]])", 3));
  EXPECT_TRUE(NestsDeeper(R"([{"a":[1]},[2],[[3]]])", 2));
}

TEST(JsonDepthTest, BracketsInTextsDoNotCount) {
  EXPECT_FALSE(NestsDeeper(R"({"[[[":"{{{"})", 1));
  EXPECT_FALSE(NestsDeeper(R"({"a":"\"[[["})", 1));
  EXPECT_TRUE(NestsDeeper(R"({"a":"\\",[)", 1));
}

// Otherwise a stranger could dig below the ground first.
TEST(JsonDepthTest, WhatIsNoJsonIsCountedToo) {
  EXPECT_TRUE(NestsDeeper("]]]][[", 1));
  EXPECT_TRUE(NestsDeeper(std::string(100'000, '['), 8));
  EXPECT_FALSE(NestsDeeper("\"\\", 0));
}

}  // namespace
}  // namespace tern::resolver
