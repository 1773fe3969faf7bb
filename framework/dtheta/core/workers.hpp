/// Workers: the threads that run tasks.
#pragma once

#include <memory>
#include <type_traits>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// A non-owning reference to a callable `void(Size task, int worker)`. Unlike std::function it
/// never allocates; the callable must outlive the call that takes it.
class TaskBody {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, TaskBody>)
  TaskBody(F&& body)  // NOLINT(google-explicit-constructor)
      : object_(const_cast<void*>(static_cast<const void*>(&body))),
        call_([](void* object, Size task, int worker) {
          (*static_cast<std::remove_reference_t<F>*>(object))(task, worker);
        }) {}

  void operator()(Size task, int worker) const { call_(object_, task, worker); }

 private:
  void* object_;
  void (*call_)(void*, Size, int);
};

/// A fixed number of threads (the caller is one of them) that run numbered tasks: a oneTBB arena.
///
/// Inside a task denormal numbers are flushed to zero, so that speed and bits do not depend on
/// which thread runs it. `for_each` may be called from one thread at a time.
class Workers {
 public:
  /// Throws UsageError for fewer than one thread.
  explicit Workers(int threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  int threads() const { return threads_; }

  /// Runs body(task, worker) for every task in {0, ..., tasks − 1} and returns when all are done.
  /// `worker` is in {0, ..., threads() − 1}; no two running tasks have the same one, so it may
  /// index buffers. Which worker runs which task is not determined. An exception of a task is
  /// rethrown here. Allocates nothing after the first calls, takes no lock.
  void for_each(Size tasks, TaskBody body);

 private:
  struct Arena;  // keeps oneTBB out of this header
  int threads_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace dtheta
