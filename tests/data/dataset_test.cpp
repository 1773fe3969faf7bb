#include "dtheta/data/dataset.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

template <class U>
AlignedBuffer<std::byte> bytes_of(const std::vector<U>& numbers) {
  AlignedBuffer<std::byte> bytes(static_cast<Size>(numbers.size() * sizeof(U)));
  std::memcpy(bytes.data(), numbers.data(), numbers.size() * sizeof(U));
  return bytes;
}

AlignedBuffer<double> values_of(const std::vector<double>& numbers) {
  AlignedBuffer<double> values(static_cast<Size>(numbers.size()));
  std::ranges::copy(numbers, values.data());
  return values;
}

std::string message_of(auto construct) {
  try {
    construct();
  } catch (const DataError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TEST(ElementType, HasSizeNameAndDefaultScale) {
  EXPECT_EQ(element_size(ElementType::uint8), 1);
  EXPECT_EQ(element_size(ElementType::int16), 2);
  EXPECT_EQ(element_size(ElementType::float32), 4);
  EXPECT_EQ(element_size(ElementType::float64), 8);
  EXPECT_EQ(element_name(ElementType::uint8), "uint8");
  EXPECT_EQ(element_name(ElementType::float64), "float64");
  EXPECT_EQ(default_preparation(ElementType::uint8).scale, 1.0 / 255);
  EXPECT_EQ(default_preparation(ElementType::int8).scale, 1);
  EXPECT_EQ(default_preparation(ElementType::float32).scale, 1);
}

// Every stored type, against x·T(scale) written out, with a gather that repeats and reorders.
template <class U>
void expect_gathers(ElementType type) {
  constexpr Size samples = 5, numbers = 37;  // no multiple of a vector
  std::vector<U> stored(samples * numbers);
  for (std::size_t i = 0; i < stored.size(); ++i) stored[i] = static_cast<U>(i * 7 + 3);
  const Dataset data(type, {numbers}, bytes_of(stored), {0, 1, 2, 1, 0}, {"a", "b", "c"});
  const std::vector<Size> indices{4, 0, 0, 3};
  AlignedBuffer<float> x(4 * numbers + 1), y(4 * 3 + 1);
  x[4 * numbers] = y[4 * 3] = -7;
  data.gather<float>(indices, {.scale = 0.1}, x.view({4, numbers}), y.view({4, 3}));
  for (std::size_t n = 0; n < indices.size(); ++n) {
    for (Size i = 0; i < numbers; ++i) {
      const auto at = static_cast<std::size_t>(indices[n] * numbers + i);
      ASSERT_EQ(x[static_cast<Size>(n) * numbers + i], static_cast<float>(stored[at]) * 0.1F)
          << element_name(type) << " sample " << indices[n] << " place " << i;
    }
  }
  const std::vector<float> one_hot{1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0};
  EXPECT_TRUE(std::equal(one_hot.begin(), one_hot.end(), y.data()));
  EXPECT_EQ(x[4 * numbers], -7) << "written past the end";
  EXPECT_EQ(y[4 * 3], -7) << "written past the end";
}

TEST(Dataset, GathersEveryType) {
  expect_gathers<std::uint8_t>(ElementType::uint8);
  expect_gathers<std::int8_t>(ElementType::int8);
  expect_gathers<std::uint16_t>(ElementType::uint16);
  expect_gathers<std::int16_t>(ElementType::int16);
  expect_gathers<std::uint32_t>(ElementType::uint32);
  expect_gathers<std::int32_t>(ElementType::int32);
  expect_gathers<std::uint64_t>(ElementType::uint64);
  expect_gathers<std::int64_t>(ElementType::int64);
  expect_gathers<float>(ElementType::float32);
  expect_gathers<double>(ElementType::float64);
}

TEST(Dataset, GathersInDoubleToo) {
  const Dataset data(ElementType::uint8, {2, 1, 1}, bytes_of<std::uint8_t>({0, 51, 255, 102}),
                     {1, 0}, {"no", "yes"});
  AlignedBuffer<double> x(2);
  data.gather<double>(std::vector<Size>{1}, default_preparation(data.type()), x.view({1, 2, 1, 1}),
                      {});
  EXPECT_EQ(x[0], 255 * (1.0 / 255));
  EXPECT_EQ(x[1], 102 * (1.0 / 255));
}

TEST(Dataset, TwoClassesFitASigmoidAndASoftmax) {
  const Dataset data(ElementType::uint8, {1}, bytes_of<std::uint8_t>({1, 2}), {1, 0},
                     {"no", "yes"});
  EXPECT_EQ(data.target_width(), 1);
  const std::vector<Size> all{0, 1};
  AlignedBuffer<float> x(2), y(4);
  data.gather<float>(all, {}, x.view({2, 1}), y.view({2, 1}));
  EXPECT_EQ(y[0], 1);
  EXPECT_EQ(y[1], 0);
  data.gather<float>(all, {}, x.view({2, 1}), y.view({2, 2}));
  EXPECT_EQ(std::vector(y.data(), y.data() + 4), (std::vector<float>{0, 1, 1, 0}));
}

TEST(Dataset, HoldsRealTargets) {
  const Dataset data(ElementType::float32, {1}, bytes_of<float>({1, 2}),
                     values_of({0.5, -1, 2, 0.1}), 2);
  EXPECT_FALSE(data.is_classification());
  EXPECT_EQ(data.size(), 2);
  EXPECT_EQ(data.classes(), 0);
  EXPECT_EQ(data.target_width(), 2);
  AlignedBuffer<float> x(1), y(2);
  data.gather<float>(std::vector<Size>{1}, {}, x.view({1, 1}), y.view({1, 2}));
  EXPECT_EQ(y[0], 2);
  EXPECT_EQ(y[1], 0.1F);
}

TEST(Dataset, TellsWhatItIs) {
  const Dataset data(ElementType::uint8, {1, 2, 1}, bytes_of<std::uint8_t>({1, 2, 3, 4, 5, 6}),
                     {2, 0, 1}, {"a", "b", "c"});
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.sample_shape(), (Shape{1, 2, 1}));
  EXPECT_EQ(data.x().size(), 6U);
  EXPECT_TRUE(data.is_classification());
  EXPECT_EQ(data.classes(), 3);
  EXPECT_EQ(data.target_width(), 3);
  EXPECT_EQ(data.labels()[0], 2);
  EXPECT_EQ(data.values_per_sample(), 0);
}

TEST(Dataset, RefusesSizesThatDoNotAgree) {
  const auto x = bytes_of<std::uint8_t>({1, 2, 3, 4});
  EXPECT_EQ(message_of([&] {
              Dataset(ElementType::uint8, {2}, x, {0, 0, 0}, {"a"});
            }),
            "x has 4 bytes; wanted 3 samples of 2 numbers of type uint8");
  EXPECT_THROW(Dataset(ElementType::uint8, {3}, x, {0}, {"a"}), DataError);
  EXPECT_THROW(Dataset(ElementType::uint16, {2}, x, {0, 0}, {"a"}), DataError);
  EXPECT_THROW(Dataset(ElementType::uint8, {2, 0}, x, {0, 0}, {"a"}), DataError);
  EXPECT_THROW(Dataset(ElementType::uint8, Shape(), x, {0, 0, 0, 0}, {"a"}), DataError);
  EXPECT_THROW(Dataset(ElementType::uint8, {1, 1, 1, 1, 2}, x, {0, 0}, {"a"}), DataError);
  EXPECT_THROW(Dataset(ElementType::uint8, {2}, x, values_of({1, 2, 3}), 2), DataError);
  EXPECT_THROW(Dataset(ElementType::uint8, {2}, x, values_of({1, 2}), 0), DataError);
}

TEST(Dataset, RefusesLabelsOutsideTheClasses) {
  const auto x = bytes_of<std::uint8_t>({1, 2});
  EXPECT_EQ(message_of([&] {
              Dataset(ElementType::uint8, {1}, x, {0, 2}, {"a", "b"});
            }),
            "the label of sample 1 is 2; wanted 0 to 1, one of 2 classes");
  EXPECT_THROW(Dataset(ElementType::uint8, {1}, x, {0, -1}, {"a", "b"}), DataError);
  EXPECT_THROW(Dataset(ElementType::uint8, {1}, x, {0, 0}, {}), DataError);
}

TEST(Dataset, RefusesNumbersThatAreNotFinite) {
  EXPECT_EQ(message_of([&] {
              Dataset(ElementType::float32, {2}, bytes_of<float>({1, 2, 3, nan}), {0, 0}, {"a"});
            }),
            "x of sample 1 is nan at place 1; wanted finite numbers: clean the data first");
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THROW(Dataset(ElementType::float64, {1}, bytes_of<double>({1, -infinity}), {0, 0}, {"a"}),
               DataError);
  EXPECT_THROW(
      Dataset(ElementType::uint8, {1}, bytes_of<std::uint8_t>({1}), values_of({infinity}), 1),
      DataError);
}

}  // namespace
}  // namespace dtheta
