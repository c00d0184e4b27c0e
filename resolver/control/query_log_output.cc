#include "resolver/control/query_log_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace tern::resolver::control {

void QueryLogOutput::Put(const Event& event, Duration wall_shift) {
  lines_.Append(event, wall_shift, &out_);
  ++count_;
  if (out_.size() >= kBufferOctets) Write();
}

// Line by line, because others write there too: a pipe takes a line as a whole (write(2)). Nobody
// waits for the reader.
int QueryLogOutput::WriteToStandardError() {
  std::string_view left = out_;
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n') + 1);
    pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&wait, 1, 0) <= 0) return EAGAIN;
    if (write(STDERR_FILENO, line.data(), line.size()) < 0) return errno;
    ++counts_.written;
    --count_;
    left.remove_prefix(line.size());
  }
  return 0;
}

void QueryLogOutput::Write() {
  if (count_ == 0) return;
  if (IsStandardError()) {
    error_ = WriteToStandardError();
  } else if (file_.IsOpen()) {
    error_ = file_.Append({reinterpret_cast<const uint8_t*>(out_.data()), out_.size()});
    if (error_ == 0) counts_.written += std::exchange(count_, 0);
  }
  counts_.Lose(LossOf(error_), std::exchange(count_, 0));
  out_.clear();
}

void QueryLogOutput::Turn(Clock::time_point now) {
  if (!IsStandardError() && !file_.IsOpen() && now >= next_open_) {
    next_open_ = now + kOpenEach;
    error_ = file_.Open(path_, /*begins_anew=*/false);
  }
  Write();
}

void QueryLogOutput::Reopen() {
  Write();
  file_.Close();
  next_open_ = {};
}

}  // namespace tern::resolver::control
