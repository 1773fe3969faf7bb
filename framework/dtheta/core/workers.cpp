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

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

// What for_each orders: everything before the call comes before each task, each task before
// everything after the call. oneTBB sees to that inside its library, where ThreadSanitizer cannot
// look, so it is told.
#if defined(__SANITIZE_THREAD__)
void release(void* address) { __tsan_release(address); }
void acquire(void* address) { __tsan_acquire(address); }
#else
void release(void*) {}
void acquire(void*) {}
#endif

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
  char before = 0, after = 0;  // only their addresses count
  const auto run = [body, &before, &after](const tbb::blocked_range<Size>& range) {
    acquire(&before);
    const FlushDenormals flush;
    const int worker = tbb::this_task_arena::current_thread_index();
    for (Size task = range.begin(); task != range.end(); ++task) body(task, worker);
    release(&after);
  };
  release(&before);
  arena_->arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<Size>(0, tasks, 1), run, tbb::simple_partitioner{});
  });
  acquire(&after);
}

}  // namespace dtheta
