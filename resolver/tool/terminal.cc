#include "resolver/tool/terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace tern::resolver::tool {
namespace {

// The alternate screen, without a cursor and without wrapping of long lines.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
// Each line overwrites the old one and erases what is left of it, so nothing flickers.
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kEraseLine = "\x1b[K";
constexpr std::string_view kEraseBelow = "\x1b[J";

sigset_t SignalsTaken() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) {
    sigaddset(&signals, each);
  }
  return signals;
}

}  // namespace

bool Terminal::IsAt(int out) {
  const char* const kind = std::getenv("TERM");
  return isatty(out) == 1 && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

Terminal::Terminal(const TerminalPlace& place) : place_(place) {
  const sigset_t signals = SignalsTaken();
  pthread_sigmask(SIG_BLOCK, &signals, &mask_before_);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  has_keys_ = tcgetattr(place_.in, &before_) == 0;
  Enter();
}

Terminal::~Terminal() {
  Leave();
  if (signals_ >= 0) close(signals_);
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

void Terminal::Enter() {
  if (has_keys_) {
    termios raw = before_;
    // Each key at once, and none is shown. Ctrl-C stays a signal. Ctrl-S does not stop the screen.
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    raw.c_iflag &= ~static_cast<tcflag_t>(IXON);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(place_.in, TCSANOW, &raw);
  }
  Write(kEnter);
}

void Terminal::Leave() {
  Write(kLeave);
  if (!has_keys_) return;
  tcflush(place_.in, TCIFLUSH);  // what was typed here is not for the shell
  tcsetattr(place_.in, TCSANOW, &before_);
}

ScreenSize Terminal::size() const {
  winsize told{};
  if (ioctl(place_.out, TIOCGWINSZ, &told) != 0 || told.ws_row == 0 || told.ws_col == 0) return {};
  return {.rows = told.ws_row, .columns = told.ws_col};
}

void Terminal::Draw(const std::vector<ScreenLine>& lines) {
  std::string text(kHome);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) text += "\r\n";
    text += place_.coloured ? lines[i].Coloured() : lines[i].Plain();
    text += kEraseLine;
  }
  text += kEraseBelow;
  Write(text);
}

void Terminal::Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t octets = write(place_.out, text.data(), text.size());
    if (octets < 0 && errno == EINTR) continue;
    if (octets <= 0) return;  // it has gone, which Wait finds out
    text.remove_prefix(static_cast<size_t>(octets));
  }
}

// What the next signal asks for, if there is one that asks for anything.
std::optional<Terminal::Event> Terminal::TakeSignal() {
  signalfd_siginfo signal;
  if (read(signals_, &signal, sizeof signal) != sizeof signal) return std::nullopt;
  const int number = static_cast<int>(signal.ssi_signo);
  if (number == SIGWINCH) return Event::kRedraw;
  if (number == SIGTSTP) {
    Leave();
    kill(getpid(), SIGSTOP);  // here it waits for SIGCONT
    Enter();
    return Event::kRedraw;
  }
  if (number != SIGINT) ended_by_ = number;
  return Event::kEnd;
}

// Whether the keys that were typed ask for the end.
bool Terminal::TakesEnd() {
  char keys[64];
  const ssize_t octets = read(place_.in, keys, sizeof keys);
  if (octets < 0) return errno != EINTR && errno != EAGAIN;
  const std::string_view typed(keys, static_cast<size_t>(octets));
  return typed.empty() || typed.find_first_of("qQ") != std::string_view::npos;
}

Terminal::Event Terminal::Wait(Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    pollfd waited[2] = {{.fd = signals_, .events = POLLIN, .revents = 0},
                        {.fd = has_keys_ ? place_.in : -1, .events = POLLIN, .revents = 0}};
    const int ready =
        poll(waited, 2, static_cast<int>(std::clamp<int64_t>(left, 0, int64_t{1} << 30)));
    if (ready < 0 && errno != EINTR) return Event::kEnd;
    if (ready > 0) {
      if (const auto event = TakeSignal()) return *event;
      if (waited[1].revents != 0 && TakesEnd()) return Event::kEnd;
    }
    if (Clock::now() >= until) return Event::kTime;
  }
}

}  // namespace tern::resolver::tool
