#include "resolver/tool/watch_top.h"

#include <signal.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>

#include "resolver/tool/control_fields.h"
#include "resolver/tool/control_top.h"
#include "wire/concat.h"

namespace tern::resolver::tool {
namespace {

using Clock = Terminal::Clock;

// Where there is no terminal: as much as there is to show.
constexpr ScreenSize kNoTerminal = {.rows = 60, .columns = 100};

struct TopLook {  // NOLINT(bugprone-exception-escape): a move of JSON throws nothing
  ControlJson result;
  ControlReply reply;  // its exit says whether there is a result
};

TopLook LookOnce(const TopOptions& options, const AskTop& ask) {
  TopLook look;
  const auto line = ask(options.control);
  if (line.ok()) {
    look.reply = ReadControlResult(*line, &look.result);
  } else {
    look.reply = NoAnswerReply(line.status());
  }
  return look;
}

// What the screen says when ternd does not answer any more.
std::string TroubleText(const std::string& error, Clock::duration since) {
  constexpr std::string_view kBegin = "tern: ";
  std::string_view line = std::string_view(error).substr(0, error.find('\n'));
  if (line.starts_with(kBegin)) line.remove_prefix(kBegin.size());
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return Concat("What is shown is ", SpanText(age), " old. ", line);
}

std::string PlainText(const std::vector<ScreenLine>& lines) {
  std::string text;
  for (const ScreenLine& line : lines) text += line.Plain() + "\n";
  return text;
}

ControlReply Done() { return {.exit = ControlExit::kOk, .text = "", .error = "", .json = ""}; }

ControlReply ScreenNotWritten() {
  return FailedReply(ControlExit::kFailure, std::generic_category().message(errno));
}

void DrawAgainAndAgain(const TopOptions& options, const AskTop& ask, ControlJson now,
                       Terminal* terminal) {
  ControlJson before;
  Clock::time_point answered = Clock::now();
  std::string trouble;
  for (uint64_t shown = 1;; ++shown) {
    const Clock::time_point next = Clock::now() + options.every;
    Terminal::Event event = Terminal::Event::kRedraw;
    while (event == Terminal::Event::kRedraw) {
      terminal->Draw(TopScreen(before, now, terminal->size(), trouble));
      event = terminal->Wait(next);
    }
    if (event == Terminal::Event::kEnd || shown == options.times) return;
    TopLook look = LookOnce(options, ask);
    if (look.reply.exit == ControlExit::kOk) {
      before = std::move(now);
      now = std::move(look.result);
      answered = Clock::now();
      trouble.clear();
    } else {
      trouble = TroubleText(look.reply.error, Clock::now() - answered);
    }
  }
}

}  // namespace

ControlReply WatchTop(const TopOptions& options, const AskTop& ask, const TerminalPlace& place) {
  TopLook first = LookOnce(options, ask);
  if (first.reply.exit != ControlExit::kOk) return std::move(first.reply);
  std::optional<int> signal;
  {
    Terminal terminal(place);
    DrawAgainAndAgain(options, ask, std::move(first.result), &terminal);
    signal = terminal.ended_by();
  }
  if (signal) raise(*signal);
  return Done();
}

ControlReply PrintTop(const TopOptions& options, const AskTop& ask,
                      const std::function<bool(std::string_view)>& write,
                      const std::function<void()>& pause) {
  const uint64_t times = options.times.value_or(1);
  TopLook before;
  // A screen needs two looks, and a line of JSON one.
  for (uint64_t looks = 0, shown = 0; shown < times; ++looks) {
    if (looks > 0) pause();
    TopLook now = LookOnce(options, ask);
    if (options.control.json && !now.reply.json.empty()) {
      if (!write(now.reply.json)) return ScreenNotWritten();
      now.reply.error.clear();  // the line has it
    }
    if (now.reply.exit != ControlExit::kOk) return std::move(now.reply);
    if (options.control.json) {
      ++shown;
    } else if (looks > 0) {
      const auto lines = TopScreen(before.result, now.result, kNoTerminal);
      if (!write(Concat(shown > 0 ? "\n" : "", PlainText(lines)))) return ScreenNotWritten();
      ++shown;
    }
    before = std::move(now);
  }
  return Done();
}

}  // namespace tern::resolver::tool
