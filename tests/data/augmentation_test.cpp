#include "dtheta/data/augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/data/picture_changes.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

constexpr Size samples = 24;
const Shape shape{6, 5, 3};

/// Pictures of other numbers everywhere, of 4 classes.
Dataset pictures(const Shape& sample = shape) {
  AlignedBuffer<std::byte> x(samples * sample.size());
  for (Size i = 0; i < x.size(); ++i) x[i] = static_cast<std::byte>(1 + i * 7 % 251);
  std::vector<std::int32_t> labels;
  for (std::int32_t n = 0; n < samples; ++n) labels.push_back(n % 4);
  return {ElementType::uint8, sample, std::move(x), std::move(labels), {"a", "b", "c", "d"}};
}

/// Samples and targets of a batch.
struct Batch {
  std::vector<float> x;
  std::vector<float> y;
  friend bool operator==(const Batch&, const Batch&) = default;

  std::vector<float> picture(std::size_t n) const {
    const auto numbers = x.size() / (y.size() / 4);
    const auto begin = x.begin() + static_cast<std::ptrdiff_t>(n * numbers);
    return {begin, begin + static_cast<std::ptrdiff_t>(numbers)};
  }
};

struct Run {
  std::string list = "";
  Size epoch = 0;
  std::uint64_t seed = 1;
  Size shard = samples;  ///< samples that are changed together
};

const InputPreparation preparation{
    .scale = 1.0 / 255, .mean = {0.5, 0.25, 0.375}, .deviation = {0.25, 0.5, 0.125}};

/// The data's samples of those numbers in an epoch.
Batch augmented(const Dataset& data, const std::vector<Size>& numbers, const Run& run) {
  std::vector<const std::byte*> rows;
  for (const Size n : numbers) rows.push_back(data.x().data() + n * data.sample_bytes());
  const SampleBatch batch{numbers, rows};
  Augmentation<float> augmentation(parse_augmentation_list(run.list), data, preparation, run.seed,
                                   2);
  Batch result{.x = std::vector<float>(numbers.size() *
                                       static_cast<std::size_t>(data.sample_shape().size())),
               .y = std::vector<float>(numbers.size() * 4)};
  const View<float> x(result.x, data.sample_shape().batch(batch.size()));
  const View<float> y(result.y, {batch.size(), 4});
  for (Size first = 0; first < batch.size(); first += run.shard) {
    const Size count = std::min(run.shard, batch.size() - first);
    data.gather(batch.part(first, count), preparation, x.rows(first, count), y.rows(first, count));
    augmentation.apply(run.epoch, batch, first, x.rows(first, count), y.rows(first, count),
                       first % 2 == 0 ? 0 : 1);
  }
  return result;
}

std::vector<Size> all_numbers() {
  std::vector<Size> numbers;
  for (Size n = 0; n < samples; ++n) numbers.push_back(n * 7 % samples);
  return numbers;
}

const std::vector<std::string> lists{"flip",
                                     "flip vertical",
                                     "crop 2",
                                     "shift 0.3",
                                     "rotate 30",
                                     "scale 0.5",
                                     "brightness 0.5",
                                     "contrast 0.5",
                                     "cutout 2",
                                     "mixup 0.5",
                                     "flip, crop 1, rotate 10, scale 0.1, shift "
                                     "0.1, contrast 0.2, cutout 2, mixup 0.3"};

TEST(Augmentation, OfNoStepsChangesNothing) {
  const Dataset data = pictures();
  const Batch batch = augmented(data, {3}, {});
  std::vector<float> x(static_cast<std::size_t>(shape.size())), y(4);
  data.gather<float>(std::vector<Size>{3}, preparation, {x, shape.batch(1)}, {y, {1, 4}});
  EXPECT_EQ(batch.x, x);
  EXPECT_EQ(batch.y, y);
}

TEST(Augmentation, IsTheSameHoweverABatchIsCut) {
  const Dataset data = pictures();
  for (const std::string& list : lists) {
    const Batch whole = augmented(data, all_numbers(), {.list = list});
    for (const Size shard : {1, 5, 7}) {
      EXPECT_EQ(augmented(data, all_numbers(), {.list = list, .shard = shard}), whole) << list;
    }
  }
}

TEST(Augmentation, DependsOnSeedEpochAndSample) {
  const Dataset data = pictures();
  for (const std::string& list : lists) {
    const Batch base = augmented(data, all_numbers(), {.list = list});
    EXPECT_NE(base, augmented(data, all_numbers(), {})) << list;
    EXPECT_NE(base, augmented(data, all_numbers(), {.list = list, .epoch = 1})) << list;
    EXPECT_NE(base, augmented(data, all_numbers(), {.list = list, .seed = 2})) << list;
    if (list.find("mixup") != std::string::npos) continue;  // depends on the neighbour, too
    EXPECT_EQ(augmented(data, {all_numbers()[5]}, {.list = list}).x, base.picture(5)) << list;
  }
}

/// How often each of the pictures comes in 300 epochs.
std::map<std::vector<float>, int> results_of(const std::string& list) {
  const Dataset data = pictures();
  std::map<std::vector<float>, int> found;
  for (Size epoch = 0; epoch < 300; ++epoch) {
    ++found[augmented(data, {4}, {.list = list, .epoch = epoch}).x];
  }
  return found;
}

TEST(Augmentation, FlipsOneTimeInTwo) {
  for (const char* list : {"flip", "flip vertical"}) {
    const auto found = results_of(list);
    ASSERT_EQ(found.size(), 2U) << list;
    EXPECT_NEAR(found.begin()->second, 150, 45) << list;  // five sigma
  }
}

TEST(Augmentation, CropMovesEachWayAsOften) {
  const auto found = results_of("crop 1");
  EXPECT_EQ(found.size(), 9U);
  for (const auto& [picture, count] : found) EXPECT_NEAR(count, 300 / 9, 28);
  std::vector<float> moved(static_cast<std::size_t>(shape.size()));
  const Dataset data = pictures();
  for (const Size down : {-1, 0, 1}) {
    for (const Size right : {-1, 0, 1}) {
      data.gather<float>(std::vector<Size>{4}, preparation, {moved, shape.batch(1)}, {});
      move_pixels(View<float>(moved, shape), down, right);
      EXPECT_TRUE(found.contains(moved)) << down << ", " << right;
    }
  }
}

TEST(Augmentation, CutsOutAroundEveryPixel) { EXPECT_EQ(results_of("cutout 1").size(), 30U); }

TEST(Augmentation, NeighboursAreOneInterpolation) {
  const Dataset data = pictures();
  const auto x = augmented(data, {4}, {.list = "rotate 90, scale 0.5"}).x;
  Philox random(1, Purpose::augmentation, 0, 4);
  PixelMap map;
  map.turn(random.uniform(-90, 90) * 3.14159265358979323846 / 180);
  map.enlarge(1 + random.uniform(-0.5, 0.5));
  std::vector<float> before(x.size()), after(x.size());
  data.gather<float>(std::vector<Size>{4}, preparation, {before, shape.batch(1)}, {});
  resample<float>(View<float>(before, shape), map, View<float>(after, shape));
  EXPECT_EQ(x, after);
}

TEST(Augmentation, MixesWithTheNextSampleOfTheBatch) {
  const Dataset data = pictures();
  const std::vector<Size> numbers = all_numbers();
  const Batch plain = augmented(data, numbers, {.list = "flip"});
  const Batch mixed = augmented(data, numbers, {.list = "flip, mixup 0.5", .shard = 5});
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    const std::size_t next = (n + 1) % numbers.size();
    Philox random(1, Purpose::mixup, 0, static_cast<std::uint64_t>(numbers[n]));
    const double lambda = random.beta(0.5, 0.5);
    const auto mix = [&](float own, float other) {
      return lambda * static_cast<double>(own) + (1 - lambda) * static_cast<double>(other);
    };
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_NEAR(mixed.y[4 * n + i], mix(plain.y[4 * n + i], plain.y[4 * next + i]), 1e-6);
    }
    for (std::size_t i = 0; i < plain.picture(n).size(); ++i) {
      ASSERT_NEAR(mixed.picture(n)[i], mix(plain.picture(n)[i], plain.picture(next)[i]), 1e-5);
    }
  }
}

TEST(Augmentation, MixesTables) {
  const Dataset data = pictures({30});
  const std::vector<float> plain = augmented(data, {3}, {}).x;
  EXPECT_NE(augmented(data, {3, 8}, {.list = "mixup 1"}).picture(0), plain);
  const std::vector<float> alone = augmented(data, {3}, {.list = "mixup 1"}).x;
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_NEAR(alone[i], plain[i], 1e-6);
}

TEST(Augmentation, SaysWhatItIsNotFor) {
  const auto message = [](const std::string& list, const Shape& sample) {
    const Dataset data = pictures(sample);
    return message_of<UsageError>(
        [&] { Augmentation<float>(parse_augmentation_list(list), data, preparation, 1, 1); });
  };
  EXPECT_TRUE(contains(message("flip", {30}), "'flip' wants pictures"));
  EXPECT_TRUE(contains(message("flip", {30}), "the samples are 30"));
  EXPECT_TRUE(contains(message("crop 5", shape), "pictures of at least 6 pixels; they are 6x5x3"));
  EXPECT_TRUE(contains(message("cutout 6", shape), "pictures of at least 6 pixels"));
  const Dataset data = pictures();
  EXPECT_NO_THROW(
      Augmentation<float>(parse_augmentation_list("crop 4, cutout 5"), data, preparation, 1, 1));
}

}  // namespace
}  // namespace dtheta
