#include "resolver/control/frame_file.h"

#include "resolver/control/frame_control.h"

namespace tern::resolver::control {

void FrameFile::Lose(int error) {
  counts_.Lose(LossOf(error), frames_);
  frames_ = 0;
  out_.clear();
  error_ = error;
}

bool FrameFile::Write() {
  if (out_.empty()) return true;
  if (const int error = file_.Append(out_); error != 0) {
    Lose(error);
    return false;
  }
  counts_.written += frames_;
  frames_ = 0;
  out_.clear();
  error_ = 0;
  return true;
}

void FrameFile::Put(std::span<const uint8_t> frame) {
  if (!IsOpen()) {
    counts_.Lose(LossOf(error_));
    return;
  }
  if (out_.size() + kFrameHeadOctets + frame.size() > kBufferOctets) (void)Write();
  AppendFrame(frame, &out_);
  ++frames_;
}

void FrameFile::Turn(Clock::time_point now) {
  if (!IsOpen() && now >= next_open_) {
    next_open_ = now + kOpenEach;
    error_ = file_.Open(path_, /*begins_anew=*/true);
    if (IsOpen()) {
      error_ = file_.Append(MakeFrameControl(FrameControl::kStart));
      if (error_ != 0) file_.Close();
    }
  }
  if (IsOpen()) (void)Write();
}

bool FrameFile::Reopen() {
  if (IsOpen() && !file_.WasMoved()) return false;
  End();
  next_open_ = {};
  return true;
}

void FrameFile::End() {
  if (!IsOpen()) return;
  if (Write()) (void)file_.Append(MakeFrameControl(FrameControl::kStop));
  file_.Close();
}

}  // namespace tern::resolver::control
