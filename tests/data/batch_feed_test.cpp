// A training's batches are the same whether the samples are in memory or streamed.
#include "dtheta/data/batch_feed.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/streamed_data.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/data/sampler.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::numbered_data;
using test::streamed;

/// Every sample but each `step`-th: what is left when some are held out.
std::vector<Size> without_each(Size step, Size n) {
  std::vector<Size> samples;
  for (Size i = 0; i < n; ++i) {
    if (i % step != step - 1) samples.push_back(i);
  }
  return samples;
}

std::vector<std::byte> bytes_of(const SampleBatch& batch, Size sample_bytes) {
  std::vector<std::byte> bytes;
  for (const std::byte* row : batch.rows) bytes.insert(bytes.end(), row, row + sample_bytes);
  return bytes;
}

/// Holds a feed against another over all epochs from a place on.
void expect_same(const Dataset& a, const Dataset& b, const std::vector<Size>& samples,
                 const SampleOrder& order, Size epoch = 0, Size cursor = 0) {
  BatchFeed one(a, samples, order);
  BatchFeed other(b, samples, order);
  for (; epoch < order.epochs; ++epoch, cursor = 0) {
    for (; cursor < one.samples(); cursor += order.batch) {
      const SampleBatch x = one.at(epoch, cursor);
      const SampleBatch y = other.at(epoch, cursor);
      ASSERT_TRUE(std::ranges::equal(x.samples, y.samples)) << epoch << ", " << cursor;
      ASSERT_EQ(bytes_of(x, a.sample_bytes()), bytes_of(y, a.sample_bytes()))
          << "window " << order.window << ", epoch " << epoch << ", cursor " << cursor;
    }
  }
}

TEST(BatchFeed, FollowsTheOrderOfAnEpoch) {
  const Dataset data = numbered_data(50, 3);
  const std::vector<Size> samples = without_each(5, 50);
  BatchFeed feed(data, samples, {.seed = 7, .window = 9, .batch = 16, .epochs = 2});
  std::vector<Size> order(samples.size());
  for (const Size epoch : {0, 1}) {
    epoch_order(7, epoch, 9, order);
    for (Size cursor = 0; cursor < 40; cursor += 16) {
      const SampleBatch batch = feed.at(epoch, cursor);
      ASSERT_EQ(batch.size(), std::min<Size>(16, 40 - cursor));
      for (std::size_t n = 0; n < batch.samples.size(); ++n) {
        const auto index = static_cast<std::size_t>(order[static_cast<std::size_t>(cursor) + n]);
        ASSERT_EQ(batch.samples[n], samples[index]);
        ASSERT_EQ(batch.rows[n], data.x().data() + batch.samples[n] * 3);
      }
    }
  }
}

// Windows shorter and longer than a batch, and than a share of the samples; ragged last batches.
TEST(BatchFeed, StreamsWhatIsInMemory) {
  for (const Size n : {1, 2, 37, 100}) {
    const Dataset data = numbered_data(n, 5);
    const Dataset stream = streamed(data);
    for (const Size window : {1, 2, 7, 30, 33, 99, 100}) {
      for (const Size batch : {1, 5, 32, 100}) {
        if (window > n || batch > n) continue;
        const SampleOrder order{.seed = 3, .window = window, .batch = batch, .epochs = 3};
        expect_same(data, stream, without_each(n + 1, n), order);
        if (n == 1 || window > n - n / 4 || batch > n - n / 4) continue;
        expect_same(data, stream, without_each(4, n), order);
      }
    }
  }
}

TEST(BatchFeed, DoesNotDependOnHowLongReadingTakes) {
  const Dataset data = numbered_data(60, 4);
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    expect_same(data, streamed(data, {.delay_seed = seed}), without_each(9, 60),
                {.seed = 1, .window = 11, .batch = 8, .epochs = 2});
  }
}

TEST(BatchFeed, GoesOnFromAnyPlace) {
  const Dataset data = numbered_data(64, 4);
  const Dataset stream = streamed(data);
  const SampleOrder order{.seed = 1, .window = 10, .batch = 6, .epochs = 4};
  for (const Size epoch : {0, 1, 3}) {
    for (const Size cursor : {0, 6, 30, 60}) {
      expect_same(data, stream, without_each(100, 64), order, epoch, cursor);
    }
  }
}

// Samples far apart are read one by one, near ones with those between them.
TEST(BatchFeed, StreamsLargeSamplesWithGaps) {
  const Dataset data = numbered_data(20, 3 << 20);
  for (const Size step : {2, 3}) {
    expect_same(data, streamed(data), without_each(step, 20),
                {.seed = 1, .window = 5, .batch = 4, .epochs = 1});
  }
}

TEST(BatchFeed, TellsAgainAndAgainWhatCannotBeRead) {
  const Dataset data = numbered_data(40, 4);
  const Dataset stream = streamed(data, {.unreadable = 17});
  BatchFeed feed(stream, without_each(100, 40),
                 {.seed = 1, .window = 10, .batch = 10, .epochs = 1});
  int good = 0;
  int bad = 0;
  for (Size cursor = 0; cursor < 40; cursor += 10) {
    try {
      const SampleBatch batch = feed.at(0, cursor);
      EXPECT_EQ(std::ranges::count(batch.samples, 17), 0);
      ++good;
    } catch (const InputOutputError&) {
      EXPECT_THROW(feed.at(0, cursor), InputOutputError);
      ++bad;
    }
  }
  EXPECT_EQ(good, 3);
  EXPECT_EQ(bad, 1);
}

TEST(BatchFeed, FindsNumbersThatAreNotFinite) {
  std::vector<float> numbers(30, 1);
  numbers[13] = std::numeric_limits<float>::infinity();
  AlignedBuffer<std::byte> x(30 * 4);
  std::ranges::copy(std::as_bytes(std::span(numbers)), x.data());
  const Dataset whole(ElementType::uint8, {12}, std::move(x), std::vector<std::int32_t>(10, 0),
                      {"only"});
  const Dataset stream(ElementType::float32, {3},
                       Samples(std::make_unique<test::CopyReader>(whole, test::Source{}), 1 << 20),
                       std::vector<std::int32_t>(10, 0), {"only"});
  BatchFeed feed(stream, without_each(100, 10), {.window = 10, .batch = 10, .epochs = 1});
  EXPECT_EQ(message_of<DataError>([&] { feed.at(0, 0); }),
            "copy: sample 4 is not finite at place 1; wanted finite numbers: clean the data first");
}

TEST(BatchFeed, StaysWithinTheMemoryThatItMayTake) {
  const Dataset data = numbered_data(1000, 100);
  const Dataset stream = streamed(data, {.memory = 20'000});
  const std::vector<Size> samples = without_each(2000, 1000);
  EXPECT_EQ(default_window(data, 1000, 10), 1000);
  const Size window = default_window(stream, 1000, 10);
  const Size taken = stream_bytes(stream, 1000, {.window = window, .batch = 10});
  EXPECT_LE(taken, 15'000) << "three quarters of it";
  EXPECT_GE(taken, 12'000);
  EXPECT_EQ(BatchFeed(stream, samples, {.window = window, .batch = 10}).bytes(),
            taken + (2 * 1000 + 2 * 10) * 8);
  EXPECT_NO_THROW(BatchFeed(stream, samples, {.window = 66, .batch = 10}));
  const std::string text =
      message_of<UsageError>([&] { BatchFeed(stream, samples, {.window = 120, .batch = 10}); });
  EXPECT_TRUE(contains(text, "--shuffle-window " + std::to_string(window) + " or less"));
  EXPECT_TRUE(contains(message_of<UsageError>([&] { default_window(stream, 1000, 200); }),
                       "a higher --memory-limit or a smaller --batch-size"));
}

}  // namespace
}  // namespace dtheta
