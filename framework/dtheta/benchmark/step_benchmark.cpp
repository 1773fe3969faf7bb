#include "dtheta/benchmark/step_benchmark.hpp"

#include <algorithm>
#include <cmath>

#include <sys/resource.h>

#include "dtheta/training/shard.hpp"

namespace dtheta {
namespace {

using Clock = Interval::Clock;

double seconds_between(Clock::time_point begin, Clock::time_point end) {
  return std::chrono::duration<double>(end - begin).count();
}

/// Seconds that `steps` steps took.
template <std::floating_point T>
double run_steps(Trainer<T>& trainer, Size steps) {
  const auto begin = Clock::now();
  for (Size step = 0; step < steps; ++step) trainer.step();
  return seconds_between(begin, Clock::now());
}

/// Runs steps for that long; the seconds of one, at the end.
template <std::floating_point T>
double warm_up(Trainer<T>& trainer, double seconds) {
  double elapsed = run_steps(trainer, 1);  // its page faults are no measure of anything
  double last = elapsed;
  do {
    last = run_steps(trainer, 1);
    elapsed += last;
  } while (elapsed < seconds);
  return last;
}

}  // namespace

template <std::floating_point T>
StepTimes time_steps(Trainer<T>& trainer, double seconds) {
  constexpr double shortest_round = 0.05;
  const double step = warm_up(trainer, seconds / 5);
  StepTimes times;
  times.steps_a_round = std::max<Size>(1, std::lround(std::ceil(shortest_round / step)));
  std::vector<double> rounds;
  double elapsed = 0;
  do {
    const double round = run_steps(trainer, times.steps_a_round);
    rounds.push_back(1000 * round / static_cast<double>(times.steps_a_round));
    elapsed += round;
  } while (elapsed < seconds);
  times.rounds = static_cast<Size>(rounds.size());
  times.milliseconds = spread_of(std::move(rounds));
  return times;
}

double StepLog::seconds() const { return seconds_between(begins.front(), end); }

template <std::floating_point T>
StepLog log_steps(Trainer<T>& trainer, int threads, Size steps) {
  StepLog log;
  log.threads.resize(static_cast<std::size_t>(threads));
  trainer.set_time_logs(log.threads);
  trainer.step();  // lets the logs take the memory that they need
  for (TimeLog& thread : log.threads) {
    const std::size_t most = thread.intervals.size() * static_cast<std::size_t>(steps * threads);
    thread.intervals.clear();
    thread.intervals.reserve(most);
  }
  for (Size step = 0; step < steps; ++step) {
    log.begins.push_back(Clock::now());
    trainer.step();
  }
  log.end = Clock::now();
  trainer.set_time_logs({});
  return log;
}

TimeSplit time_split(const StepLog& log) {
  const double steps = static_cast<double>(log.steps());
  const auto milliseconds = [&](Activity activity) {
    double sum = 0;
    for (const TimeLog& thread : log.threads) {
      for (const Interval& interval : thread.intervals) {
        if (interval.activity == activity) sum += interval.seconds();
      }
    }
    return 1000 * sum / steps;
  };
  TimeSplit split{.step = 1000 * log.seconds() / steps,
                  .prepare = milliseconds(Activity::prepare),
                  .gather = milliseconds(Activity::gather),
                  .forward = milliseconds(Activity::forward),
                  .loss = milliseconds(Activity::loss),
                  .backward = milliseconds(Activity::backward),
                  .dtheta = milliseconds(Activity::layer_dtheta)};
  split.update = milliseconds(Activity::update) - split.dtheta;  // within which it lies
  const double working = split.prepare + split.gather + split.forward + split.loss +
                         split.backward + split.dtheta + split.update;
  split.waiting = split.step * static_cast<double>(log.threads.size()) - working;
  return split;
}

template <std::floating_point T>
std::vector<LayerTime> layer_times(const Network<T>& network, Size m, const StepLog& log) {
  std::vector<LayerTime> all;
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    const double pass = 2.0 * static_cast<double>(multiply_adds(network, node) * m);
    const double backward_passes = network.wants_dinputs(i) ? 2 : 1;  // dθ, and dx
    all.push_back({.name = node.name,
                   .output = node.output.text(),
                   .forward_flops = pass,
                   .backward_flops = backward_passes * pass});
  }
  const double scale = 1000.0 / static_cast<double>(log.steps());
  for (const TimeLog& thread : log.threads) {
    for (const Interval& interval : thread.intervals) {
      const auto node = static_cast<std::size_t>(interval.item);
      if (interval.activity == Activity::layer_forward) {
        all[node].forward_milliseconds += scale * interval.seconds();
      } else if (interval.activity == Activity::layer_backward ||
                 interval.activity == Activity::layer_dtheta) {
        all[node].backward_milliseconds += scale * interval.seconds();
      }
    }
  }
  std::erase_if(all, [](const LayerTime& layer) { return layer.forward_milliseconds == 0; });
  return all;
}

Size peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return Size{usage.ru_maxrss} * 1024;
}

template StepTimes time_steps(Trainer<float>&, double);
template StepTimes time_steps(Trainer<double>&, double);
template StepLog log_steps(Trainer<float>&, int, Size);
template StepLog log_steps(Trainer<double>&, int, Size);
template std::vector<LayerTime> layer_times(const Network<float>&, Size, const StepLog&);
template std::vector<LayerTime> layer_times(const Network<double>&, Size, const StepLog&);

}  // namespace dtheta
