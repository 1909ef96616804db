// Counts the tasks of one service so that its stop() can wait for all of them. Single-threaded.
#pragma once
#include "base/task.h"

namespace openclaw::channels {

class Gate {
 public:
  explicit Gate(base::Loop& loop) : idle_(loop) { idle_.set(); }
  Gate(const Gate&) = delete;

  // Held by a task for its whole life. Take it before the task is spawned and move it in.
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(&gate) {
      if (gate.count_++ == 0) gate.idle_.reset();
    }
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ && --gate_->count_ == 0) gate_->idle_.set();
    }

   private:
    Gate* gate_;
  };

  base::Task<void> wait_idle() { return idle_.wait(); }
  base::Task<bool> wait_idle_for(base::Millis timeout) { return idle_.wait_for(timeout); }

 private:
  int count_ = 0;
  base::Event idle_;
};

}  // namespace openclaw::channels
