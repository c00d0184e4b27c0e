#include "resolver/job.h"

#include "resolver/recursor.h"

namespace tern::resolver {

void Job::OnTimer() { recursor_->OnJobTimer(this); }

FramePool& Job::frames() { return recursor_->frames(); }

}  // namespace tern::resolver
