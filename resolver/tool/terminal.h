// The terminal that a program has for itself: it draws whole screens, reads keys and follows the
// size. Its destructor gives the terminal back as it was, whatever the reason of the end.
//
// While it lives, the calling thread takes the signals that end or stop a program in Wait() only.
//
// Thread: one, that of the program. Bounded by the screen.
#pragma once

#include <signal.h>
#include <termios.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

#include "resolver/tool/screen_line.h"

namespace tern::resolver::tool {

struct TerminalPlace {
  int in;  // where keys are read; if it is no terminal, there are none
  int out;
  bool coloured;
};

class Terminal {
 public:
  using Clock = std::chrono::steady_clock;

  // Whether a screen can be drawn at `out`.
  static bool IsAt(int out);

  // Closes neither descriptor.
  explicit Terminal(const TerminalPlace& place);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  // 80 columns and 24 rows when the terminal does not know its size.
  ScreenSize size() const;
  void Draw(const std::vector<ScreenLine>& lines);

  enum class Event {
    kTime,    // it is `until`
    kRedraw,  // the size is another one, or the program goes on after a stop
    kEnd,     // the user or a signal wants the program's end, or the terminal has gone
  };
  Event Wait(Clock::time_point until);
  // The signal of an end that the user did not ask for by q or Ctrl-C.
  std::optional<int> ended_by() const { return ended_by_; }

 private:
  void Enter();
  void Leave();
  void Write(std::string_view text);
  std::optional<Event> TakeSignal();
  bool TakesEnd();

  const TerminalPlace place_;
  int signals_ = -1;       // a descriptor of their own, because poll waits for them and for keys
  sigset_t mask_before_;   // of the thread
  bool has_keys_ = false;  // `in` is a terminal
  termios before_;
  std::optional<int> ended_by_;
};

}  // namespace tern::resolver::tool
