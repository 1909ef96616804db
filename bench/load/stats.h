// Latencies of a run, in seconds.
#pragma once
#include <vector>

namespace openclaw::bench {

double now_seconds();  // monotonic

class Latencies {
 public:
  void add(double seconds) { values_.push_back(seconds); }
  void clear() { values_.clear(); }
  // The q-quantile (0..1) in milliseconds; 0 without values.
  double milliseconds_at(double q);

 private:
  std::vector<double> values_;
};

}  // namespace openclaw::bench
