#include "resolver/tool/control_stuck.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

TEST(StuckTextTest, SaysWhomAQuestionWaitsFor) {
  EXPECT_EQ(
      StuckText(Json::parse(R"({"in_flight":5,"asked_by_clients":4,"silent_workers":[],"questions":[
        {"name":"www.example.","type":"A","age_ms":2140,"clients":3,"queries_sent":4,
         "got_stale":true,"steps":[
           {"name":"www.example.","type":"A","zone":"example.","waits_for":"question","asked":[]},
           {"name":"ns.other.","type":"A","zone":"other.","waits_for":"servers","asked":[
             {"server":"192.0.2.1:53","transport":"udp","since_ms":1200,"late":true},
             {"server":"192.0.2.2:53","transport":"tcp","since_ms":300,"late":false}]}]},
        {"name":"b.","type":"MX","age_ms":7,"clients":1,"queries_sent":1,"got_stale":false,"steps":[
           {"name":"b.","type":"MX","zone":".","waits_for":"validation","asked":[]}]}]})")),
      "www.example. A: 2.1 s, 3 clients wait, 4 queries sent, a stale answer was given\n"
      "    in example., needs\n"
      "    ns.other. A: asks the servers of other.: 192.0.2.1:53 since 1.2 s (late), 192.0.2.2:53 "
      "over TCP since 300 ms\n"
      "b. MX: 7 ms, 1 client waits, 1 query sent\n"
      "    checks the answer\n"
      "and 2 younger ones\n"
      "5 questions in flight, of which clients have asked 4\n");
}

TEST(StuckTextTest, NamesTheWorkersThatDidNotAnswer) {
  EXPECT_EQ(StuckText(Json::parse(
                R"({"in_flight":0,"asked_by_clients":0,"questions":[],
                    "silent_workers":[{"worker":1,"silent_ms":500}]})")),
            "0 questions in flight, of which clients have asked 0\n"
            "worker 1 has not answered for 500 ms; what is told of it may be older than that, or "
            "missing\n");
}

TEST(StuckTextTest, WhateverComesIsHarmless) {
  for (const char* result : {"[]", "7", "null", R"({"questions":7})", R"({"questions":[7,[],{}]})",
                             R"({"questions":[{"steps":{},"name":7}],"silent_workers":[[]]})",
                             R"({"questions":[{"name":"\u001b","steps":["\u001b"]}]})"}) {
    EXPECT_EQ(StuckText(Json::parse(result)).find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace tern::resolver::tool
