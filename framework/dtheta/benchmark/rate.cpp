#include "dtheta/benchmark/rate.hpp"

#include <atomic>
#include <barrier>
#include <chrono>
#include <exception>
#include <latch>
#include <thread>
#include <vector>

namespace dtheta {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Work a second of this thread alone, for as long as a round lasts.
double run_round(const Work& work, double seconds) {
  const auto start = Clock::now();
  double done = 0;
  double elapsed = 0;
  do {
    done += work();
    elapsed = seconds_since(start);
  } while (elapsed < seconds);
  return done / elapsed;
}

/// What the threads share.
class Rounds {
 public:
  Rounds(int threads, const RateOptions& options)
      : options_(options),
        start_(threads),
        rates_(static_cast<std::size_t>(threads),
               std::vector<double>(static_cast<std::size_t>(options.rounds))) {}

  /// The life of one thread.
  void run(std::size_t thread, const std::function<Work()>& make_work) {
    go_.wait();
    if (is_cancelled_) return;
    Work work;
    try {
      work = make_work();
      work();
    } catch (...) {
      if (!has_failed_.exchange(true)) error_ = std::current_exception();
    }
    start_.arrive_and_wait();
    if (has_failed_) return;
    for (double& rate : rates_[thread]) {
      start_.arrive_and_wait();
      rate = run_round(work, options_.seconds);
    }
  }

  /// Lets all threads begin, or end at once when not all of them could be started.
  void release(bool is_complete) {
    is_cancelled_ = !is_complete;
    go_.count_down();
  }

  /// After all threads have ended: what they did together, in each round.
  Spread result() const {
    if (error_) std::rethrow_exception(error_);
    std::vector<double> sums(static_cast<std::size_t>(options_.rounds));
    for (const auto& thread : rates_) {
      for (std::size_t round = 0; round < sums.size(); ++round) sums[round] += thread[round];
    }
    return spread_of(std::move(sums));
  }

 private:
  RateOptions options_;
  std::latch go_{1};
  bool is_cancelled_ = false;  // written before `go_`
  std::barrier<> start_;
  std::atomic<bool> has_failed_ = false;
  std::exception_ptr error_;
  std::vector<std::vector<double>> rates_;  // of each thread, in each round
};

}  // namespace

Spread measure_rate(int threads, const std::function<Work()>& make_work,
                    const RateOptions& options) {
  Rounds rounds(threads, options);
  std::vector<std::jthread> pool;
  try {
    for (int thread = 0; thread < threads; ++thread) {
      pool.emplace_back([&, thread] { rounds.run(static_cast<std::size_t>(thread), make_work); });
    }
  } catch (...) {
    rounds.release(false);
    throw;
  }
  rounds.release(true);
  pool.clear();  // waits for all
  return rounds.result();
}

}  // namespace dtheta
