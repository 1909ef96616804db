#include "client/resume.h"

namespace openclaw::client {

void ResumableView::prepare(ConnectOptions& options) const {
  options.resumable = true;
  options.resume_after = point_;
}

bool ResumableView::welcome(const Hello& hello) {
  const bool first = !greeted_;
  greeted_ = true;
  const bool same = point_ && hello.resume_from && point_->epoch == hello.resume_from->epoch && !hello.resume_gap;
  if (same) return true;
  point_ = hello.resume_from;
  return first;
}

bool ResumableView::accept(const EventInfo& event) {
  if (!event.eid || !point_) return true;
  if (*event.eid <= point_->eid) return false;
  point_->eid = *event.eid;
  return true;
}

}  // namespace openclaw::client
