#include "resolver/tool/control_stuck.h"

#include "resolver/tool/control_fields.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

std::string AskedText(const ControlJson& asked) {
  std::string text;
  for (const ControlJson& query : asked) {
    const bool tcp = TextOf(query, "transport") == "tcp";
    text += Concat(text.empty() ? " " : ", ", TextOf(query, "server"), tcp ? " over TCP" : "",
                   " since ", SpanText(NumberOf(query, "since_ms")),
                   FlagOf(query, "late") ? " (late)" : "");
  }
  return text;
}

}  // namespace

std::string StepText(const ControlJson& step) {
  const std::string waits_for = TextOf(step, "waits_for");
  if (waits_for == "servers") {
    return Concat("asks the servers of ", TextOf(step, "zone"), ":",
                  AskedText(ListOf(step, "asked")));
  }
  if (waits_for == "question") return Concat("in ", TextOf(step, "zone"), ", needs");
  if (waits_for == "validation") return "checks the answer";
  return Concat("waits for its turn at the servers of ", TextOf(step, "zone"));
}

namespace {

std::string InFlightText(const ControlJson& question) {
  std::string text =
      Concat(TextOf(question, "name"), " ", TextOf(question, "type"), ": ",
             SpanText(NumberOf(question, "age_ms")), ", ",
             CountText(NumberOf(question, "clients"), "client waits", "clients wait"), ", ",
             CountText(NumberOf(question, "queries_sent"), "query sent", "queries sent"),
             FlagOf(question, "got_stale") ? ", a stale answer was given" : "", "\n");
  const ControlJson& steps = ListOf(question, "steps");
  for (size_t i = 0; i < steps.size(); ++i) {
    text += "    ";
    if (i > 0) text += Concat(TextOf(steps[i], "name"), " ", TextOf(steps[i], "type"), ": ");
    text += StepText(steps[i]) + "\n";
  }
  return text;
}

}  // namespace

Command StuckCommand() {
  return {.name = "stuck",
          .meaning =
              "shows the questions that clients wait for, the oldest first, and which servers do "
              "not answer"};
}

std::string StuckText(const ControlJson& result) {
  std::string text;
  for (const ControlJson& question : ListOf(result, "questions")) text += InFlightText(question);
  const auto told = static_cast<int64_t>(ListOf(result, "questions").size());
  const int64_t asked = NumberOf(result, "asked_by_clients");
  if (told < asked) text += Concat("and ", asked - told, " younger ones\n");
  text += Concat(CountText(NumberOf(result, "in_flight"), "question", "questions"),
                 " in flight, of which clients have asked ", asked, "\n");
  for (const ControlJson& worker : ListOf(result, "silent_workers")) {
    text += Concat("worker ", NumberOf(worker, "worker"), " has not answered for ",
                   SpanText(NumberOf(worker, "silent_ms")),
                   "; what is told of it may be older than that, or missing\n");
  }
  return text;
}

}  // namespace tern::resolver::tool
