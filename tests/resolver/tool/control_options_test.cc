#include "resolver/tool/control_options.h"

#include <gtest/gtest.h>

#include "resolver/tool/control_commands.h"
#include "resolver/tool/tern_program.h"

namespace tern::resolver::tool {
namespace {

// The request, or the error.
std::string Requested(std::vector<std::string> words) {
  size_t taken = 0;
  const Command* const command = FindCommand(TernProgram(), words, &taken);
  const ControlCommand* const control =
      command == nullptr ? nullptr : FindControlCommand(command->name);
  if (control == nullptr) return "no such command";
  const auto options = ParseControlOptions(*control, std::span(words).subspan(taken));
  return options.ok() ? options->request : std::string(options.status().message());
}

TEST(ControlOptionsTest, EachCommandIsALineForTernd) {
  EXPECT_EQ(Requested({"status"}), "{\"verb\":\"status\"}\n");
  EXPECT_EQ(Requested({"stats", "--json"}), "{\"verb\":\"stats\"}\n");
  EXPECT_EQ(Requested({"reload"}), "{\"verb\":\"reload\"}\n");
  EXPECT_EQ(Requested({"stop"}), "{\"verb\":\"stop\"}\n");
  EXPECT_EQ(Requested({"lookup", "a"}), "no such command");
}

TEST(ControlOptionsTest, WhatLooksIntoTernd) {
  EXPECT_EQ(Requested({"stuck"}), "{\"verb\":\"stuck\"}\n");
  EXPECT_EQ(Requested({"servers"}), "{\"verb\":\"servers\"}\n");
  EXPECT_EQ(Requested({"servers", "Example"}), "{\"verb\":\"servers\",\"zone\":\"Example.\"}\n");
  EXPECT_EQ(Requested({"servers", "a..b"}), "expected a domain name, found \"a..b\"");
  EXPECT_EQ(Requested({"cache", "look", "a"}), "{\"verb\":\"cache look\",\"name\":\"a.\"}\n");
  EXPECT_EQ(Requested({"cache", "look", "a", "mx"}),
            "{\"verb\":\"cache look\",\"name\":\"a.\",\"type\":\"mx\"}\n");
  EXPECT_EQ(Requested({"cache", "look", "a", "NO"}), "expected a record type, found \"NO\"");
  EXPECT_EQ(Requested({"cache", "look", ""}), "expected a domain name, found \"\"");
  EXPECT_EQ(Requested({"cache", "dump", "/tmp/x"}), "{\"verb\":\"cache dump\"}\n");
}

TEST(ControlOptionsTest, FlushTakesANameOrAll) {
  EXPECT_EQ(Requested({"flush", "Example.com"}),
            "{\"verb\":\"flush\",\"name\":\"Example.com.\"}\n");
  EXPECT_EQ(Requested({"flush", "a", "--type", "aaaa", "--below", "--negative"}),
            "{\"verb\":\"flush\",\"name\":\"a.\",\"type\":\"aaaa\",\"below\":true,"
            "\"negative\":true}\n");
  EXPECT_EQ(Requested({"flush", "--all"}), "{\"verb\":\"flush\",\"all\":true}\n");
  EXPECT_EQ(Requested({"flush"}), "flush: expected either a NAME or --all");
  EXPECT_EQ(Requested({"flush", "a", "--all"}), "flush: expected either a NAME or --all");
  EXPECT_EQ(Requested({"flush", "--all", "--below"}),
            "--all: expected without --type, --below and --negative");
  EXPECT_EQ(Requested({"flush", "a..b"}), "expected a domain name, found \"a..b\"");
  EXPECT_EQ(Requested({"flush", ""}), "expected a domain name, found \"\"");
  EXPECT_EQ(Requested({"flush", "a", "--type", "NO"}),
            "--type: expected a record type, found \"NO\"");
}

TEST(ControlOptionsTest, TheSocketIsThatOfTheDefaultConfigurationOrTheGivenOne) {
  const ControlCommand& command = ControlCommands()[0];
  EXPECT_EQ(ParseControlOptions(command, {})->socket, "/run/tern/control");
  const std::vector<std::string> words = {"--socket", "/tmp/x", "--json"};
  const auto options = ParseControlOptions(command, words);
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->socket, "/tmp/x");
  EXPECT_TRUE(options->json);
}

}  // namespace
}  // namespace tern::resolver::tool
