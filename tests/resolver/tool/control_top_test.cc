#include "resolver/tool/control_top.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tern::resolver::tool {
namespace {

using Json = nlohmann::ordered_json;

constexpr ScreenSize kSmall = {.rows = 24, .columns = 80};

// `count` grows with time.
Json LookAt(double seconds, int count) {
  Json look =
      Json::parse(R"({"unix":90061,"version":"0.1.0","started":60,"generation":3,"workers":2,
    "health":{"status":"ok","ready":true,"reasons":[],"version":"0.1.0"},
    "zones":[{"zone":"corp.example.","kind":"forward","down":false}],
    "process":{"resident_bytes":104857600},
    "in_flight":{"clients":9,"questions":5,"silent_workers":[],"oldest":[
      {"name":"www.slow.example.","type":"A","age_ms":2140,"clients":3,"steps":[
        {"name":"www.slow.example.","type":"A","zone":"example.","waits_for":"question","asked":[]},
        {"name":"ns.other.","type":"A","zone":"other.","waits_for":"servers","asked":[
          {"server":"192.0.2.1:53","transport":"udp","since_ms":300,"late":false}]}]}]},
    "top":{"seconds":168,
      "names":{"total":40,"entries":[{"what":"www.example.","count":30.0}]},
      "types":{"total":40,"entries":[{"what":"AAAA","count":10}]},
      "clients":{"total":40,"entries":[{"what":"192.0.2.0/24","count":4}]},
      "failing":{"total":3,"entries":[{"what":"broken.example.","count":2.6,"error":null}]}},
    "failures":[{"age_seconds":7.4,"times":3,"name":"a.broken.example.","type":"MX","zone":"x.",
      "rcode":"SERVFAIL","error":{"code":7,"name":"Signature Expired","text":"since June"}},
      {"age_seconds":61,"times":1,"name":"b.","type":"A","rcode":"REFUSED","error":null}]})");
  const Json bounds = {10, 100, 1000};
  look["seconds"] = seconds;
  look["queries"] = {{"udp_ipv4", 200 * count}};
  look["answers"] = {{"cache", 150 * count}, {"upstream", 50 * count}, {"dropped", 0}};
  look["rcodes"] = {{"SERVFAIL", 10 * count}};
  look["hit_time"] = {{"bounds_us", bounds}, {"counts", {0, 150 * count, 0, 0}}};
  look["miss_time"] = {{"bounds_us", bounds}, {"counts", {0, 0, 50 * count, 0}}};
  look["upstream"] = {{"queries", 40 * count},
                      {"tcp", count},
                      {"hedges", 2 * count},
                      {"timeouts", 4 * count},
                      {"ipv4", "ok"},
                      {"ipv6", "unknown"},
                      {"round_trips", {{"bounds_us", bounds}, {"counts", {40 * count, 0, 0, 0}}}}};
  look["cache"] = {
      {"bytes", 13 << 20}, {"bytes_max", 1 << 30}, {"entries", 12345}, {"evictions", 6 * count}};
  look["process"]["cpu_seconds"] = 0.1 * count;
  return look;
}

std::vector<std::string> Drawn(const Json& before, const Json& now, ScreenSize size = kSmall,
                               const std::string& trouble = "") {
  std::vector<std::string> lines;
  for (const ScreenLine& line : TopScreen(before, now, size, trouble)) {
    lines.push_back(line.Plain());
    EXPECT_LE(lines.back().size(), size.columns) << lines.back();
  }
  EXPECT_LE(lines.size(), size.rows);
  return lines;
}

std::string Text(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

bool Shows(const std::vector<std::string>& lines, std::string_view what) {
  return Text(lines).find(what) != std::string::npos;
}

TEST(TopScreenTest, ShowsWhatHappenedBetweenTwoLooks) {
  EXPECT_EQ(Text(Drawn(LookAt(1000, 1), LookAt(1002, 2))),
            "Tern 0.1.0   All is well   up for 25 h   workers 2   configuration no. 3\n"
            "Questions  100/s   from cache 75.0   resolved 20.0   failed 5   hit ratio 75 %\n"
            "  cached   p50 32 us    p95 89 us    p99 98 us\n"
            "  resolved p50 316 us   p95 891 us   p99 977 us\n"
            "Upstream   20.0/s   median 7.1 us   silent 10 %   hedged 5.0 %   TCP 2.5 %\n"
            "Network    IPv4 in order   IPv6 not used\n"
            "Cache      13 MiB of 1.0 GiB (1.3 %)   entries 12,345   made way 3/s\n"
            "Process    cpu 5.0 %   memory 100 MiB\n"
            "In flight  questions 5   clients 9\n"
            "  2.1 s    www.slow.example. A for 3 clients; asks the servers of other.: 192.0+\n"
            "\n"
            "Names                       Clients             Types       Failing zones\n"
            "  75% www.example.            10% 192.0.2.0/24    25% AAAA      3 broken.exampl+\n"
            "\n"
            "Recent failures\n"
            "  7.4 s    a.broken.example. MX x3   Signature Expired: since June\n"
            "  61.0 s   b. A                      REFUSED\n");
}

TEST(TopScreenTest, BeforeTheSecondLookThereAreNoRates) {
  const auto lines = Drawn(Json(), LookAt(1000, 1));
  EXPECT_TRUE(
      Shows(lines, "Questions  -/s   from cache -   resolved -   failed -   hit ratio -\n"));
  EXPECT_TRUE(Shows(lines, "p50 -        p95 -        p99 -\n"));
  EXPECT_TRUE(Shows(lines, "entries 12,345   made way -/s"));
}

TEST(TopScreenTest, AfterAStartOfTerndThereAreNoRates) {
  const auto lines = Drawn(LookAt(1000, 5), LookAt(1002, 1));
  EXPECT_TRUE(Shows(lines, "Questions  -/s   from cache -"));
  EXPECT_TRUE(Shows(lines, "p50 - "));
  EXPECT_TRUE(Shows(lines, "cpu -"));
}

TEST(TopScreenTest, SaysWhatIsWrong) {
  Json now = LookAt(1002, 2);
  now["health"] = {{"status", "degraded"},
                   {"reasons",
                    {{{"code", "x"}, {"text", "the root does not validate"}},
                     {{"code", "y"}, {"text", "no zone answers"}}}}};
  now["in_flight"]["silent_workers"] = {{{"worker", 1}, {"silent_ms", 5001}},
                                        {{"worker", 0}, {"silent_ms", 400}}};
  now["upstream"]["ipv6"] = "broken";
  now["zones"] = {{{"zone", "a.example."}, {"kind", "forward"}, {"down", true}},
                  {{"zone", "b.example."}, {"kind", "stub"}, {"down", true}},
                  {{"zone", "c.example."}, {"kind", "stub"}, {"down", false}}};
  const auto lines = Drawn(LookAt(1000, 1), now);
  EXPECT_TRUE(lines[0].starts_with("Tern 0.1.0   Needs a look   up for "));
  EXPECT_EQ(lines[1], "  The root does not validate.");
  EXPECT_EQ(lines[2], "  No zone answers.");
  EXPECT_EQ(lines[3], "  Worker 1 has been busy for 5.0 s.");
  EXPECT_TRUE(lines[4].starts_with("Questions "));
  EXPECT_TRUE(
      Shows(lines, "IPv6 gets no answers\nZones down forward a.example., stub b.example.\n"));
  now["health"]["status"] = "unready";
  EXPECT_EQ(Drawn(Json(), now, {.rows = 10, .columns = 80})[1],
            "  (and 2 more) The root does not validate.");
  EXPECT_TRUE(Drawn(Json(), now)[0].starts_with("Tern 0.1.0   Not ready   "));
}

TEST(TopScreenTest, SaysThatTerndHasGone) {
  const auto lines = Drawn(LookAt(1000, 1), LookAt(1002, 2), kSmall, "It is gone.\x1b[2J");
  EXPECT_TRUE(lines[0].starts_with("Tern 0.1.0   No answer from ternd   "));
  EXPECT_EQ(lines[1], "  It is gone.\\x1b[2J");
  EXPECT_TRUE(lines[2].starts_with("Questions  100/s"));
}

Json WithManyLongTexts() {
  Json now = LookAt(1002, 2);
  const std::string name = std::string(250, 'n') + ".example.";
  Json& flight = now["in_flight"]["oldest"];
  for (int i = 0; i < 5; ++i) {
    flight[static_cast<size_t>(i)] = flight[0];
    flight[static_cast<size_t>(i)]["name"] = name;
  }
  now["zones"] = Json::array();
  now["failures"] = Json::array();
  for (const char* list : {"names", "types", "clients", "failing"}) {
    now["top"][list]["entries"] = Json::array();
  }
  for (int i = 0; i < 20; ++i) {
    now["health"]["reasons"].push_back({{"text", "the reason of " + name}});
    now["zones"].push_back({{"zone", name}, {"kind", "forward"}, {"down", true}});
    now["failures"].push_back({{"name", name},
                               {"type", "A"},
                               {"age_seconds", i},
                               {"error", {{"name", "Network Error"}, {"text", name}}}});
    for (const char* list : {"names", "types", "clients", "failing"}) {
      now["top"][list]["entries"].push_back({{"what", std::string(list) + name}, {"count", 1}});
    }
  }
  return now;
}

size_t Count(const std::vector<std::string>& lines, std::string_view what) {
  size_t count = 0;
  for (const std::string& line : lines) count += line.find(what) != std::string::npos ? 1 : 0;
  return count;
}

TEST(TopScreenTest, ASmallScreenHasSomethingOfEachPart) {
  const auto lines = Drawn(LookAt(1000, 1), WithManyLongTexts());
  EXPECT_EQ(lines.size(), 24u);
  EXPECT_EQ(Count(lines, "he reason of "), 3u);
  EXPECT_TRUE(Shows(lines, "  (and 17 more) The reason of nnn"));
  EXPECT_EQ(Count(lines, " for 3 clients"), 0u);  // cut off
  EXPECT_EQ(Count(lines, "  2.1 s    nnn"), 2u);
  EXPECT_GE(Count(lines, "namesnnn"), 2u);
  EXPECT_EQ(Count(lines, "namesnnn"), Count(lines, "failing"));
  EXPECT_GE(Count(lines, "   Network Error: nnn"), 1u);
}

TEST(TopScreenTest, ALargerScreenShowsMore) {
  const auto lines = Drawn(LookAt(1000, 1), WithManyLongTexts(), {.rows = 70, .columns = 200});
  EXPECT_EQ(Count(lines, "he reason of "), 8u);
  EXPECT_EQ(Count(lines, "  2.1 s    nnn"), 5u);
  EXPECT_EQ(Count(lines, "namesnnn"), 20u);
  EXPECT_EQ(Count(lines, "   Network Error: nnn"), 20u);
  EXPECT_EQ(lines.size(), 1 + 8 + 9 + 5 + 22 + 22u);
}

TEST(TopScreenTest, FitsIntoAnyScreen) {
  for (const Json& now : {WithManyLongTexts(), LookAt(1002, 2), Json::object()}) {
    for (const size_t rows : {0, 1, 5, 11, 12, 13, 14, 15, 16, 17, 18, 24, 40}) {
      for (const size_t columns : {0, 1, 20, 59, 60, 500}) {
        Drawn(LookAt(1000, 1), now, {.rows = rows, .columns = columns});
      }
    }
  }
  const auto tiny = Drawn(LookAt(1000, 1), LookAt(1002, 2), {.rows = 5, .columns = 20});
  EXPECT_EQ(Text(tiny),
            "Tern 0.1.0   All is+\nQuestions  100/s   +\n  cached   p50 32 u+\n"
            "  resolved p50 316 +\nUpstream   20.0/s  +\n");
}

TEST(TopScreenTest, OfNothingItShowsThatNothingIsKnown) {
  for (const Json& none : {Json::object(), Json(), Json("x"), Json::array()}) {
    const auto lines = Drawn(none, none);
    EXPECT_EQ(lines[0], "Tern    No state is told   up for -   workers -   configuration no. -");
    EXPECT_TRUE(Shows(lines, "Cache      - of - (-)   entries -   made way -/s\n"));
    EXPECT_TRUE(Shows(lines, "none asked"));
    EXPECT_TRUE(Shows(lines, "Recent failures: none that ternd remembers\n"));
  }
}

// Puts `value` at each place of `object`, one after the other.
void Spoil(const Json& whole, const Json::json_pointer& place, const Json& value) {
  const Json& here = whole[place];
  if (here.is_structured()) {
    size_t i = 0;
    for (const auto& [key, each] : here.items()) {
      Spoil(whole, here.is_array() ? place / i++ : place / key, value);
    }
  }
  Json spoiled = whole;
  spoiled[place] = value;
  for (const ScreenLine& line : TopScreen(whole, spoiled, {.rows = 60, .columns = 200})) {
    for (const char c : line.Plain()) ASSERT_TRUE(c >= ' ' && c <= '~') << place;
  }
  TopScreen(spoiled, spoiled, kSmall);
}

TEST(TopScreenTest, WhateverComesIsHarmless) {
  for (const Json& value :
       {Json(), Json(true), Json("\x1b]0;x\a\n\xff\xc3\xa4"), Json(-1), Json(1e308), Json(-1e308),
        Json(18446744073709551615u), Json::array(), Json::object(), Json::parse("[[[]],{},7,\"\"]"),
        Json::parse(R"({"a":"\u001b","b":[]})")}) {
    Spoil(LookAt(1002, 2), Json::json_pointer(), value);
  }
}

TEST(TopScreenTest, WhatIsWrongStandsOut) {
  Json now = LookAt(1002, 2);
  EXPECT_NE(TopScreen(now, now, kSmall)[0].Coloured().find("\x1b[32mAll is well\x1b[0m"),
            std::string::npos);
  now["health"]["status"] = "unready";
  EXPECT_NE(TopScreen(now, now, kSmall)[0].Coloured().find("\x1b[1;31mNot ready\x1b[0m"),
            std::string::npos);
}

}  // namespace
}  // namespace tern::resolver::tool
