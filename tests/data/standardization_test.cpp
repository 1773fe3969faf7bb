#include "dtheta/data/standardization.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "data/streamed_data.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/data/sample_runs.hpp"

namespace dtheta {
namespace {

Dataset dataset_of(const std::vector<float>& x, const Shape& sample) {
  AlignedBuffer<std::byte> bytes(static_cast<Size>(std::span(x).size_bytes()));
  std::ranges::copy(std::as_bytes(std::span(x)), bytes.data());
  const auto samples = x.size() / static_cast<std::size_t>(sample.size());
  return Dataset(ElementType::float32, sample, std::move(bytes),
                 std::vector<std::int32_t>(samples, 0), {"only"});
}

template <class T>
std::vector<T> gathered(const Dataset& data, const InputPreparation& preparation) {
  std::vector<Size> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), Size{0});
  AlignedBuffer<T> x(data.size() * data.sample_shape().size());
  data.gather<T>(all, preparation, x.view(data.sample_shape().batch(data.size())), View<T>());
  return {x.data(), x.data() + x.size()};
}

TEST(Standardization, TakesMeanAndDeviationOfEachColumnOfTheSamplesItIsShown) {
  const Dataset data = dataset_of({1, 10, 7, 3, 30, 7, 99, 99, 99, 5, 50, 7}, {3});
  const InputPreparation found = standardization_of(data, std::vector<Size>{0, 1, 3}, 0.5);
  EXPECT_EQ(found.scale, 0.5);
  EXPECT_EQ(found.mean, (std::vector<double>{1.5, 15, 3.5}));
  EXPECT_NEAR(found.deviation[0], std::sqrt(2.0 / 3), 1e-15);
  EXPECT_NEAR(found.deviation[1], 10 * std::sqrt(2.0 / 3), 1e-14);
  EXPECT_EQ(found.deviation[2], 1);  // the same everywhere
}

TEST(Standardization, TakesTheColoursOfPictures) {
  const Dataset data = dataset_of({1, 100, 2, 200, 3, 300, 4, 400}, {2, 1, 2});
  const InputPreparation found = standardization_of(data, std::vector<Size>{0, 1}, 1);
  EXPECT_EQ(found.mean, (std::vector<double>{2.5, 250}));
  EXPECT_NEAR(found.deviation[1], 50 * std::sqrt(5.0), 1e-12);
  const auto x = gathered<double>(data, found);
  EXPECT_NEAR(x[0], -1.5 / std::sqrt(1.25), 1e-15);
  EXPECT_NEAR(x[7], 150 / (50 * std::sqrt(5.0)), 1e-15);
}

TEST(Standardization, AColumnThatDiffersByRoundingOnlyIsConstant) {
  const Dataset data = dataset_of(std::vector<float>(1001, 0.1F), {1});
  std::vector<Size> all(1001);
  std::iota(all.begin(), all.end(), Size{0});
  EXPECT_EQ(standardization_of(data, all, 1).deviation, std::vector<double>{1});
}

// Sums of squares would have lost all digits of the deviation.
TEST(Standardization, KeepsASmallDeviationFarFromZero) {
  std::vector<float> numbers;
  for (int i = 0; i < 1000; ++i) numbers.push_back(i % 2 == 0 ? 16'000'001.F : 15'999'999.F);
  const Dataset data = dataset_of(numbers, {1});
  const InputPreparation found = standardization_of(data, all_samples(data), 1);
  EXPECT_NEAR(found.mean[0], 16e6, 1e-6);
  EXPECT_NEAR(found.deviation[0], 1, 1e-9);
}

TEST(Standardization, HasTheSameBitsStreamed) {
  std::vector<float> numbers;
  for (int i = 0; i < 3 * 700; ++i) numbers.push_back(static_cast<float>(i * i % 1013) / 7);
  const Dataset data = dataset_of(numbers, {3});
  std::vector<Size> samples = all_samples(data);
  std::erase_if(samples, [](Size sample) { return sample % 5 == 2; });
  const Dataset stream = test::streamed(data, {.memory = 8 * 2 * 12 * 100});  // runs of 64
  EXPECT_EQ(standardization_of(stream, samples, 0.1), standardization_of(data, samples, 0.1));
}

TEST(Standardization, EveryNumberOfChannelsIsStandardizedByItsOwn) {
  for (const Size channels : {1, 3, 7, 85, 255, 256, 257, 600}) {
    const Size pixels = 5;
    std::vector<float> numbers(static_cast<std::size_t>(3 * pixels * channels));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      numbers[i] = static_cast<float>((i * 37) % 101);
    }
    const Dataset data = dataset_of(numbers, {pixels, 1, channels});
    InputPreparation preparation{.scale = 0.25};
    for (Size c = 0; c < channels; ++c) {
      preparation.mean.push_back(0.5 * static_cast<double>(c));
      preparation.deviation.push_back(1 + static_cast<double>(c % 5));
    }
    const auto x = gathered<float>(data, preparation);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::size_t c = i % static_cast<std::size_t>(channels);
      const float wanted = (numbers[i] * 0.25F - static_cast<float>(preparation.mean[c])) /
                           static_cast<float>(preparation.deviation[c]);
      ASSERT_EQ(x[i], wanted) << channels << " channels, number " << i;
    }
  }
}

TEST(Standardization, WithoutSamplesThereIsNone) {
  const Dataset data = dataset_of({1}, {1});
  EXPECT_THROW(standardization_of(data, {}, 1), DataError);
}

}  // namespace
}  // namespace dtheta
