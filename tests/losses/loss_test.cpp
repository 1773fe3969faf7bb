#include "dtheta/losses/loss.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

/// A batch of logits and targets.
template <class T>
struct Batch {
  Batch(std::string_view loss, Size samples, Size outputs, double range)
      : m(samples), k(outputs), z(random_numbers<T>(count(), 1)), y(random_numbers<T>(count(), 2)) {
    for (T& number : z) number *= static_cast<T>(range);
    if (loss == "mean_squared_error" || loss == "huber") return;
    for (T& number : y) number = std::abs(number);  // probabilities
    if (loss == "binary_crossentropy") return;
    for (Size n = 0; n < m; ++n) {
      const auto row = View<T>(y, {m, k}).rows(n, 1).span();
      const T sum = std::accumulate(row.begin(), row.end(), T{0});
      for (T& number : row) number /= sum;
    }
  }

  std::size_t count() const { return static_cast<std::size_t>(m * k); }
  View<const T> logits() const { return {std::span(z), {m, k}}; }
  View<const T> targets() const { return {std::span(y), {m, k}}; }

  Size m, k;
  std::vector<T> z, y;
};

long double positive(long double x) { return x > 0 ? x : 0; }

/// The hinge loss as PyTorch's documentation writes it.
long double plain_hinge(std::span<const double> z, std::span<const double> y) {
  long double loss = 0;
  for (std::size_t c = 0; c < z.size(); ++c) {
    for (std::size_t i = 0; i < z.size(); ++i) {
      if (i != c) loss += y[c] * positive(1 - z[c] + z[i]) / static_cast<long double>(z.size());
    }
  }
  return loss;
}

/// J of one sample as the notes write it, from the predictions: equations (5) and (27).
long double plain_loss(std::string_view name, std::span<const double> z,
                       std::span<const double> y) {
  if (name == "hinge") return plain_hinge(z, y);
  long double loss = 0;
  long double sum = 0;
  for (const double z_c : z) sum += std::exp(static_cast<long double>(z_c));
  for (std::size_t i = 0; i < z.size(); ++i) {
    const long double z_i = z[i];
    const long double y_i = y[i];
    if (name == "mean_squared_error") {
      loss += (z_i - y_i) * (z_i - y_i) / static_cast<long double>(z.size());
    } else if (name == "huber") {
      const long double distance = std::abs(z_i - y_i);
      loss += (distance <= 1 ? distance * distance / 2 : distance - 0.5L) /
              static_cast<long double>(z.size());
    } else if (name == "binary_crossentropy") {
      const long double a = 1 / (1 + std::exp(-z_i));
      loss -= y_i * std::log(a) + (1 - y_i) * std::log(1 - a);
    } else {
      loss -= y_i * std::log(std::exp(z_i) / sum);
    }
  }
  return loss;
}

class LossTest : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(All, LossTest, testing::ValuesIn(loss_names()),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_P(LossTest, HasTheNameItIsMadeBy) {
  EXPECT_EQ(make_loss<float>(GetParam())->name(), GetParam());
}

TEST_P(LossTest, IsTheSumOfTheNotesFormula) {
  const auto loss = make_loss<double>(GetParam());
  for (const Size k : {1, 3, 10, 65, 130}) {
    const Batch<double> batch(GetParam(), 5, k, 4);
    long double wanted = 0;
    for (Size n = 0; n < batch.m; ++n) {
      wanted += plain_loss(GetParam(), batch.logits().rows(n, 1).span(),
                           batch.targets().rows(n, 1).span());
    }
    const double found = loss->value(batch.logits(), batch.targets());
    EXPECT_NEAR(found, static_cast<double>(wanted), 1e-13 * static_cast<double>(wanted) + 1e-14);
  }
}

TEST_P(LossTest, DerivativeIsThatOfCentralDifferences) {
  const auto loss = make_loss<double>(GetParam());
  for (const Size k : {1, 3, 10, 17}) {
    Batch<double> batch(GetParam(), 3, k, 3);
    std::vector<double> dz(batch.count(), std::nan(""));
    loss->forward_backward(batch.logits(), batch.targets(), View<double>(dz, {batch.m, k}));
    constexpr double step = 1e-5;
    for (std::size_t i = 0; i < batch.count(); ++i) {
      const double z = batch.z[i];
      batch.z[i] = z + step;
      const double above = loss->value(batch.logits(), batch.targets());
      batch.z[i] = z - step;
      const double below = loss->value(batch.logits(), batch.targets());
      batch.z[i] = z;
      const double wanted = (above - below) / (2 * step);
      EXPECT_NEAR(dz[i], wanted, 1e-6 * std::max(std::abs(wanted), 1e-2)) << "element " << i;
    }
  }
}

TEST_P(LossTest, ForwardBackwardGivesTheBitsOfValue) {
  const auto loss = make_loss<float>(GetParam());
  for (const Size k : {1, 10, 65, 200}) {
    const Batch<float> batch(GetParam(), 7, k, 5);
    std::vector<float> dz(batch.count());
    EXPECT_EQ(loss->forward_backward(batch.logits(), batch.targets(), View<float>(dz, {7, k})),
              loss->value(batch.logits(), batch.targets()));
  }
}

TEST_P(LossTest, FloatAgreesWithDouble) {
  const auto loss = make_loss<float>(GetParam());
  const Batch<float> batch(GetParam(), 9, 10, 5);
  std::vector<float> dz(batch.count());
  const double found =
      loss->forward_backward(batch.logits(), batch.targets(), View<float>(dz, {9, 10}));

  const std::vector<double> z(batch.z.begin(), batch.z.end());
  const std::vector<double> y(batch.y.begin(), batch.y.end());
  std::vector<double> wide_dz(batch.count());
  const double wanted = make_loss<double>(GetParam())
                            ->forward_backward(View<const double>(std::span(z), {9, 10}),
                                               View<const double>(std::span(y), {9, 10}),
                                               View<double>(wide_dz, {9, 10}));
  EXPECT_NEAR(found, wanted, 1e-6 * wanted);
  for (std::size_t i = 0; i < dz.size(); ++i) EXPECT_NEAR(dz[i], wide_dz[i], 1e-6);
}

TEST_P(LossTest, DerivativeHasTheSameBitsOnEveryInstructionSetAndInAnyBatch) {
  const auto loss = make_loss<float>(GetParam());
  const Batch<float> batch(GetParam(), 5, 10, 6);
  std::vector<float> dz(batch.count());
  loss->forward_backward(batch.logits(), batch.targets(), View<float>(dz, {5, 10}));
  for_each_instruction_set([&] {
    std::vector<float> again(batch.count());
    for (Size n = 0; n < 5; ++n) {
      loss->forward_backward(batch.logits().rows(n, 1), batch.targets().rows(n, 1),
                             View<float>(again, {5, 10}).rows(n, 1));
    }
    EXPECT_EQ(again, dz);
  });
}

TEST_P(LossTest, PredictsInPlaceToo) {
  const auto loss = make_loss<float>(GetParam());
  Batch<float> batch(GetParam(), 3, 7, 4);
  std::vector<float> a(batch.count(), std::nanf(""));
  loss->predict(batch.logits(), View<float>(a, {3, 7}));
  const View<float> in_place(batch.z, {3, 7});
  loss->predict(in_place, in_place);
  EXPECT_EQ(batch.z, a);
}

TEST_P(LossTest, NanIsNotSwallowed) {
  const auto loss = make_loss<float>(GetParam());
  for (const std::size_t place : {0U, 2U, 3U}) {
    Batch<float> batch(GetParam(), 1, 4, 1);
    batch.z[place] = std::nanf("");
    EXPECT_TRUE(std::isnan(loss->value(batch.logits(), batch.targets())));
    std::vector<float> dz(4);
    EXPECT_TRUE(std::isnan(
        loss->forward_backward(batch.logits(), batch.targets(), View<float>(dz, {1, 4}))));
    EXPECT_TRUE(std::isnan(dz[place]));
  }
}

TEST(Loss, UnknownNameIsRefusedWithTheKnownOnes) {
  try {
    make_loss<float>("cosine");
    FAIL() << "not refused";
  } catch (const UsageError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("'cosine'"), std::string::npos) << message;
    for (const auto name : loss_names()) {
      EXPECT_NE(message.find(name), std::string::npos) << message;
    }
  }
}

TEST(Loss, HuberHasADistanceOfItsOwn) {
  EXPECT_EQ(make_loss<double>("huber 1")->name(), "huber");
  const auto loss = make_loss<double>("huber 0.5");
  EXPECT_EQ(loss->name(), "huber 0.5");
  const std::vector<double> z{0.25, -3, 0.5, 1}, y{0, 0, 0, 3};
  std::vector<double> dz(4);
  const double found = loss->forward_backward({z, {2, 2}}, {y, {2, 2}}, {dz, {2, 2}});
  EXPECT_DOUBLE_EQ(found, (0.03125 + 1.375 + 0.125 + 0.875) / 2);
  EXPECT_EQ(dz, (std::vector<double>{0.125, -0.25, 0.25, -0.25}));
}

TEST(Loss, WhatStandsAfterTheNameIsHubersOnly) {
  for (const char* name : {"huber 0", "huber -1", "huber x", "huber 1 2", "huber inf", "hinge 2",
                           "mean_squared_error 1", ""}) {
    EXPECT_THROW(make_loss<float>(name), UsageError) << name;
  }
}

TEST(Loss, ActivationsTurnLogitsIntoPredictions) {
  EXPECT_EQ(make_loss<float>("binary_crossentropy")->activation(), "sigmoid");
  EXPECT_EQ(make_loss<float>("categorical_crossentropy")->activation(), "softmax");
  EXPECT_EQ(make_loss<float>("mean_squared_error")->activation(), "linear");
}

template <class T>
class ExtremeLogits : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(ExtremeLogits, Precisions);

TYPED_TEST(ExtremeLogits, BinaryCrossentropyIsFinite) {
  using T = TypeParam;
  const auto loss = make_loss<T>("binary_crossentropy");
  for (const T z : {T(1e4), T(1e30)}) {
    const std::vector<T> logits{z, -z, z, -z};
    const std::vector<T> targets{1, 0, 0, 1};
    std::vector<T> dz(4);
    const double found =
        loss->forward_backward(View<const T>(std::span(logits), {4, 1}),
                               View<const T>(std::span(targets), {4, 1}), View<T>(dz, {4, 1}));
    EXPECT_EQ(found, 2.0 * static_cast<double>(z));
    EXPECT_EQ(dz, (std::vector<T>{0, 0, 1, -1}));
  }
}

TYPED_TEST(ExtremeLogits, CategoricalCrossentropyIsFinite) {
  using T = TypeParam;
  const auto loss = make_loss<T>("categorical_crossentropy");
  for (const T z : {T(1e4), T(1e30)}) {
    const std::vector<T> logits{z, -z, 0, z, -z, 0};
    const std::vector<T> targets{1, 0, 0, 0, 1, 0};
    std::vector<T> dz(6);
    const double found =
        loss->forward_backward(View<const T>(std::span(logits), {2, 3}),
                               View<const T>(std::span(targets), {2, 3}), View<T>(dz, {2, 3}));
    EXPECT_EQ(found, 2.0 * static_cast<double>(z));
    EXPECT_EQ(dz, (std::vector<T>{0, 0, 0, 1, -1, 0}));
  }
}

TYPED_TEST(ExtremeLogits, EqualLogitsOfAnySizeAreEquallyLikely) {
  using T = TypeParam;
  const auto loss = make_loss<T>("categorical_crossentropy");
  for (const T z : {T(-1e30), T(-1e4), T(0), T(1e4), T(1e30)}) {
    const std::vector<T> logits(4, z);
    const std::vector<T> targets{0, 0, 1, 0};
    EXPECT_DOUBLE_EQ(loss->value(View<const T>(std::span(logits), {1, 4}),
                                 View<const T>(std::span(targets), {1, 4})),
                     std::log(4.0));
    std::vector<T> a(4);
    loss->predict(View<const T>(std::span(logits), {1, 4}), View<T>(a, {1, 4}));
    EXPECT_EQ(a, std::vector<T>(4, T(0.25)));
  }
}

TYPED_TEST(ExtremeLogits, ProbabilitiesSumToOne) {
  using T = TypeParam;
  const auto loss = make_loss<T>("categorical_crossentropy");
  for (const Size k : {1, 3, 17, 65, 1000}) {
    for (const double range : {1.0, 30.0, 1e4, 1e30}) {
      const Batch<T> batch("categorical_crossentropy", 3, k, range);
      std::vector<T> a(batch.count());
      const View<T> rows(a, {3, k});
      loss->predict(batch.logits(), rows);
      for (Size n = 0; n < 3; ++n) {
        const auto row = rows.rows(n, 1).span();
        EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 1,
                    4 * std::numeric_limits<T>::epsilon() + static_cast<double>(k) * 0x1p-52);
        EXPECT_TRUE(std::ranges::all_of(row, [](T p) { return p >= 0 && p <= 1; }));
      }
    }
  }
}

}  // namespace
}  // namespace dtheta
