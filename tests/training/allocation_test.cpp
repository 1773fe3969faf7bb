// A step allocates nothing after the first. This program has its own malloc family, which counts;
// operator new, oneTBB and everything else of the process go through it.
#include <atomic>
#include <barrier>
#include <cerrno>
#include <cstdlib>

#include <gtest/gtest.h>

#include "data/streamed_data.hpp"
#include "dtheta/training/trainer.hpp"
#include "training/training_cases.hpp"

namespace {

std::atomic<long> allocations{0};  // the one global: malloc has no other place to count in

}  // namespace

// glibc's own names for what is replaced here.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);

void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  ++allocations;
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** result, std::size_t alignment, std::size_t size) {
  ++allocations;
  *result = __libc_memalign(alignment, size);
  return *result == nullptr ? ENOMEM : 0;
}
}

namespace dtheta {
namespace {

TEST(Allocations, AreCounted) {
  const long before = allocations;
  const AlignedBuffer<float> buffer(100);
  const auto number = std::make_unique<int>(1);
  std::vector<int> numbers;
  numbers.reserve(static_cast<std::size_t>(*number) + 10);
  EXPECT_EQ(allocations - before, 3);
}

/// Lets every thread of `workers` take part once, so that oneTBB has set all of them up: each task
/// waits until all are running.
void wake_all(Workers& workers) {
  std::barrier all_running(workers.threads());
  workers.for_each(workers.threads(), [&](Size, int) { all_running.arrive_and_wait(); });
}

class AllocationsOfAStep : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Threads, AllocationsOfAStep, testing::Values(1, 2, 5));

/// Over 20 steps of training after the first.
void expect_no_allocations(int threads, const char* layers, const Recipe& recipe) {
  const Dataset data = test::random_classes(83, {12, 12, 1}, 4);
  Workers workers(threads);
  Trainer<float> trainer(test::model_for<float>(data, layers), recipe, data,
                         test::all_samples(data), workers);
  wake_all(workers);
  trainer.step();
  const long before = allocations;
  for (int step = 0; step < 20; ++step) trainer.step();
  EXPECT_EQ(allocations - before, 0)
      << layers << ", " << recipe.optimizer.name << ", " << recipe.schedule.name;
}

// Across batches, a smaller last one, and the order of a new epoch.
TEST_P(AllocationsOfAStep, AreNoneAfterTheFirst) {
  const Recipe recipe{.epochs = 100,
                      .batch_size = 32,
                      .shards = 8,
                      .schedule = {.warmup = TrainingInterval{.count = 1}},
                      .label_smoothing = 0.1,
                      .class_weights = "balanced",
                      .l2 = 1e-3,
                      .weight_decay = 0.1,
                      .clip_norm = 1,
                      .shuffle_window = 20,
                      .augment = "flip, crop 2, shift 0.1, contrast 0.1, cutout 2, mixup 0.2"};
  for (const char* layers :
       {"conv 6 3x3, relu, maxpool 2, conv 4 3x3 same, tanh, avgpool 2, flatten, dense 40, "
        "sigmoid, dense 4",
        "pad 1, conv 6 3x3, layernorm, gelu, conv 4 3x3 dilation 2 groups 2, depthwise 3x3 "
        "multiplier 2 same, silu, upsample 2, softmax, reshape 8x8x32, globalavgpool, dense 4",
        "flatten, embedding 2 3, flatten, dense 4",
        "conv 4 3x3 same as a, batchnorm relu, conv 4 3x3 same, batchnorm group 9, add a, flatten, "
        "dropout 0.3, dense 4"}) {
    expect_no_allocations(GetParam(), layers, recipe);
  }
}

TEST_P(AllocationsOfAStep, AreNoneWithAnyOptimizerAndSchedule) {
  const auto schedules = schedule_names();
  std::size_t next = 0;
  for (const std::string_view optimizer : optimizer_names()) {
    const std::string_view schedule = schedules[next++ % schedules.size()];
    expect_no_allocations(GetParam(), "conv 6 3x3, relu, flatten, dense 40, sigmoid, dense 4",
                          {.epochs = 100,
                           .batch_size = 8,
                           .accumulate = 3,
                           .optimizer = {.name = std::string(optimizer)},
                           .schedule = {.name = std::string(schedule)},
                           .clip_value = 1,
                           .ema = 0.9});
  }
}

// Reading ahead included, across loads and epochs.
TEST_P(AllocationsOfAStep, AreNoneWhereSamplesAreStreamed) {
  const Dataset data = test::streamed(test::random_classes(83, {6, 6, 1}, 4));
  Workers workers(GetParam());
  Trainer<float> trainer(test::model_for<float>(data, "flatten, dense 9, relu, dense 4"),
                         {.epochs = 100, .batch_size = 16, .shuffle_window = 20}, data,
                         test::all_samples(data), workers);
  wake_all(workers);
  trainer.step();
  const long before = allocations;
  for (int step = 0; step < 30; ++step) trainer.step();
  EXPECT_EQ(allocations - before, 0);
}

}  // namespace
}  // namespace dtheta
