#include "resolver/tool/control_settings.h"

#include <gtest/gtest.h>

#include "resolver/tool/control_commands.h"
#include "resolver/tool/control_options.h"
#include "resolver/tool/control_text.h"
#include "resolver/tool/tern_program.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

// The request without its verb, or the error.
std::string RequestOf(std::vector<std::string> words) {
  size_t taken = 0;
  const Command* const command = FindCommand(TernProgram(), words, &taken);
  const ControlCommand* const control =
      command == nullptr ? nullptr : FindControlCommand(command->name);
  if (control == nullptr) return "no such command";
  const auto options = ParseControlOptions(*control, std::span(words).subspan(taken));
  if (!options.ok()) return std::string(options.status().message());
  auto request = nlohmann::ordered_json::parse(options->request);
  EXPECT_EQ(request["verb"], std::string(command->name));
  request.erase("verb");
  return request.dump();
}

TEST(ControlSettingsTest, ZonesHaveServersAndFlags) {
  EXPECT_EQ(RequestOf({"forward", "add", "a.example", "10.0.0.1", "[::1]:54", "--first"}),
            R"({"zone":"a.example.","servers":"10.0.0.1 [::1]:54","first":true})");
  EXPECT_EQ(RequestOf({"stub", "add", "a", "10.0.0.1", "--validate"}),
            R"({"zone":"a.","servers":"10.0.0.1","validate":true})");
  EXPECT_EQ(RequestOf({"stub", "remove", "a"}), R"({"zone":"a."})");
  EXPECT_EQ(RequestOf({"forward", "list", "--json"}), "{}");
}

TEST(ControlSettingsTest, AWordThatIsMissingIsNamed) {
  EXPECT_EQ(RequestOf({"forward", "add", "a"}),
            "forward add: expected SERVER, an address, with a port if that is not 53");
  EXPECT_EQ(RequestOf({"forward", "add"}), "forward add: expected ZONE, the name of a zone");
  EXPECT_EQ(RequestOf({"nta", "remove"}), "nta remove: expected ZONE, the name of a zone");
  EXPECT_EQ(RequestOf({"local", "remove"}), "local remove: expected NAME, a domain name");
  EXPECT_EQ(RequestOf({"local", "add"}).substr(0, 26), "local add: expected RECORD");
  EXPECT_EQ(RequestOf({"nta", "add", "--for", "1h"}).substr(0, 13), "nta add: expe");
  EXPECT_EQ(RequestOf({"stub", "list", "a"}).find('{'), std::string::npos);
  EXPECT_EQ(RequestOf({"stub", "add", "a", "10.0.0.1", "--first"}).find('{'), std::string::npos);
}

// So that they end with the code for wrong usage, whether there is a ternd or not.
TEST(ControlSettingsTest, WhatCanBeSeenHereIsNotLeftToTernd) {
  const std::string no_name = "expected a domain name, found \"a..b\"";
  EXPECT_EQ(RequestOf({"forward", "add", "a..b", "10.0.0.1"}), no_name);
  EXPECT_EQ(RequestOf({"stub", "remove", "a..b"}), no_name);
  EXPECT_EQ(RequestOf({"local", "remove", "a..b"}), no_name);
  EXPECT_EQ(RequestOf({"nta", "add", "a..b"}), no_name);
  EXPECT_EQ(RequestOf({"nta", "remove", ""}), "expected a domain name, found \"\"");
  EXPECT_EQ(RequestOf({"local", "remove", "a", "NO"}), "expected a record type, found \"NO\"");
  for (const char* server : {"x", "10.0.0.1:0", "fe80::1"}) {
    EXPECT_EQ(RequestOf({"stub", "add", "a", "10.0.0.1", server}).substr(0, 38),
              "expected an address such as 127.0.0.1,")
        << server;
  }
  EXPECT_EQ(RequestOf({"drain", "of"}), "drain: expected on or off, found \"of\"");
  EXPECT_EQ(RequestOf({"log", "level", "debug"}),
            "log level: expected error, warning or info, found \"debug\"");
  for (const char* time : {"x", "0s", "999ms", "367d"}) {
    EXPECT_EQ(
        RequestOf({"nta", "add", "a", "--for", time}),
        Concat("--for: expected a duration such as 1h, from 1s to 366d, found \"", time, "\""));
  }
  EXPECT_EQ(RequestOf({"nta", "add", "a", "--until", "soon"}),
            "--until: expected a date such as 2030-12-31, or a time such as 2030-12-31T18:00:00Z, "
            "found \"soon\"");
  EXPECT_EQ(RequestOf({"nta", "add", "a", "--until", "2030-12-31", "--for", "1h"}),
            "nta add: expected either --until or --for");
}

TEST(ControlSettingsTest, NamesAreReadAsTheConfigurationReadsThem) {
  const std::string converted = "\"xn--bcher-kva.example.\"";
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"flush", "bücher.example"},
                                             {"cache", "look", "bücher.example"},
                                             {"servers", "bücher.example"},
                                             {"nta", "remove", "bücher.example"}}) {
    EXPECT_NE(RequestOf(words).find(converted), std::string::npos) << words[0];
  }
}

TEST(ControlSettingsTest, ARecordIsOneWordOrSeveral) {
  EXPECT_EQ(RequestOf({"local", "add", "a. 60 IN A 192.0.2.1"}),
            R"({"record":"a. 60 IN A 192.0.2.1"})");
  EXPECT_EQ(RequestOf({"local", "add", "a.", "TXT", "x y", "z"}),
            R"({"record":"a. TXT \"x y\" z"})");
  EXPECT_EQ(RequestOf({"local", "add", "a.", "TXT", "\"x y\"", "a;b"}),
            R"({"record":"a. TXT \"x y\" \"a;b\""})");
  EXPECT_EQ(RequestOf({"local", "remove", "a", "TXT"}), R"({"name":"a.","type":"TXT"})");
}

TEST(ControlSettingsTest, AnAnchorHasAnEndAndAReason) {
  EXPECT_EQ(RequestOf({"nta", "add", "a", "--for", "1h", "--reason", "x y"}),
            R"({"for":"1h","reason":"x y","zone":"a."})");
  EXPECT_EQ(RequestOf({"nta", "add", "a", "--until=2030-01-01"}),
            R"({"until":"2030-01-01","zone":"a."})");
}

TEST(ControlSettingsTest, TheLevelAndTheStateMayBeMissing) {
  EXPECT_EQ(RequestOf({"log", "level"}), "{}");
  EXPECT_EQ(RequestOf({"log", "level", "error"}), R"({"level":"error"})");
  EXPECT_EQ(RequestOf({"drain"}), "{}");
  EXPECT_EQ(RequestOf({"drain", "off"}), R"({"state":"off"})");
  EXPECT_EQ(RequestOf({"config", "show"}), "{}");
}

TEST(ControlSettingsTest, PeopleGetTheLines) {
  const ControlReply reply =
      ReadControlReply(*FindControlCommand("forward list"),
                       R"({"ok":true,"result":{"items":[1],"lines":["a","b\u001b[2J",7]}})");
  EXPECT_EQ(reply.text, "a\nb\\x1b[2J\n");
  for (const char* odd : {R"({"ok":true,"result":7})", R"({"ok":true,"result":{"lines":7}})"}) {
    EXPECT_EQ(ReadControlReply(*FindControlCommand("forward list"), odd).text, "");
  }
}

}  // namespace
}  // namespace tern::resolver::tool
