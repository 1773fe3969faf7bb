#include "dtheta/core/workers.hpp"

#include <string>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

/// Flushes denormals in this thread for as long as it lives. Set inside each task rather than once
/// a thread, because the caller's thread has a life outside.
class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040U); }  // FTZ and DAZ
  ~FlushDenormals() { _mm_setcsr(saved_); }

 private:
  unsigned saved_;
#endif
 public:
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace

struct Workers::Arena {
  explicit Arena(int threads)
      : limit(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads)),
        arena(threads, /*reserved_for_masters=*/1) {}

  tbb::global_control limit;  // lets the arena have more threads than there are cores
  tbb::task_arena arena;
};

Workers::Workers(int threads) : threads_(threads) {
  if (threads < 1) {
    throw UsageError("at least one thread is needed, found " + std::to_string(threads));
  }
  arena_ = std::make_unique<Arena>(threads);
}

Workers::~Workers() = default;

void Workers::for_each(Size tasks, TaskBody body) {
  const auto run = [body](const tbb::blocked_range<Size>& range) {
    const FlushDenormals flush;
    const int worker = tbb::this_task_arena::current_thread_index();
    for (Size task = range.begin(); task != range.end(); ++task) body(task, worker);
  };
  arena_->arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<Size>(0, tasks, 1), run, tbb::simple_partitioner{});
  });
}

}  // namespace dtheta
