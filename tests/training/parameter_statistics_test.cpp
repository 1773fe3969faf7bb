#include "dtheta/training/parameter_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "training/training_cases.hpp"

namespace dtheta {
namespace {

/// With parameters in many blocks, summed and deferred, and in one.
constexpr std::string_view layers = "conv 70 3x3, relu, flatten, dense 40, relu, dense 3";
constexpr double rate = 0.125;

const Dataset& data() {
  static const Dataset data = test::random_classes(41, {9, 9, 8}, 3);
  return data;
}

/// Two steps of which the second is noted: the figures, and θ before and after it.
template <std::floating_point T>
struct NotedStep {
  std::vector<ParameterFigures> figures;
  Model<T> before;
  Model<T> after;
};

template <std::floating_point T>
NotedStep<T> noted_step(int threads) {
  Workers workers(threads);
  Trainer<T> trainer(test::model_for<T>(data(), layers),
                     {.epochs = 3,
                      .batch_size = 16,
                      .optimizer = {.name = "sgd"},
                      .learning_rate = rate,
                      .schedule = "constant"},
                     data(), test::all_samples(data()), workers);
  ParameterStatistics<T> statistics(*trainer.model().network, trainer.blocks());
  trainer.step();
  Model<T> before = trainer.model();
  trainer.set_statistics(&statistics);
  trainer.step();
  return {statistics.figures(), std::move(before), trainer.model()};
}

/// The textbook's figures.
ArrayFigures plain_figures(const std::vector<double>& numbers) {
  const auto count = static_cast<double>(numbers.size());
  const double mean = std::accumulate(numbers.begin(), numbers.end(), 0.0) / count;
  double distances = 0, squares = 0;
  for (const double number : numbers) {
    distances += (number - mean) * (number - mean);
    squares += number * number;
  }
  return {.mean = mean,
          .deviation = std::sqrt(distances / count),
          .lowest = *std::ranges::min_element(numbers),
          .highest = *std::ranges::max_element(numbers),
          .norm = std::sqrt(squares)};
}

void expect_near(const ArrayFigures& a, const ArrayFigures& b) {
  const double tolerance = 1e-12 * (b.norm + 1);
  EXPECT_NEAR(a.mean, b.mean, tolerance);
  EXPECT_NEAR(a.deviation, b.deviation, tolerance);
  EXPECT_NEAR(a.lowest, b.lowest, tolerance);
  EXPECT_NEAR(a.highest, b.highest, tolerance);
  EXPECT_NEAR(a.norm, b.norm, tolerance);
}

TEST(ParameterStatistics, AreTheTextbooksFigures) {
  const NotedStep<double> step = noted_step<double>(2);
  const Network<double>& network = *step.after.network;
  ASSERT_EQ(step.figures.size(), network.parameters().size());
  for (std::size_t p = 0; p < step.figures.size(); ++p) {
    SCOPED_TRACE(network.parameters()[p].name);
    EXPECT_EQ(step.figures[p].parameter, p);
    const auto before = network.parameter(step.before.theta.span(), p).span();
    const auto after = network.parameter(step.after.theta.span(), p).span();
    std::vector<double> dtheta;
    for (std::size_t i = 0; i < after.size(); ++i) dtheta.push_back((before[i] - after[i]) / rate);
    expect_near(step.figures[p].theta, plain_figures({after.begin(), after.end()}));
    expect_near(step.figures[p].dtheta, plain_figures(dtheta));
    EXPECT_GT(step.figures[p].dtheta.norm, 0);
  }
}

TEST(ParameterStatistics, AreTheSameOnAnyNumberOfThreads) {
  const NotedStep<float> one = noted_step<float>(1);
  for (const int threads : {2, 3, 7}) {
    const NotedStep<float> many = noted_step<float>(threads);
    ASSERT_EQ(many.figures.size(), one.figures.size());
    for (std::size_t p = 0; p < one.figures.size(); ++p) {
      for (const auto part : {&ParameterFigures::theta, &ParameterFigures::dtheta}) {
        for (const auto figure :
             {&ArrayFigures::mean, &ArrayFigures::deviation, &ArrayFigures::lowest,
              &ArrayFigures::highest, &ArrayFigures::norm}) {
          EXPECT_EQ(many.figures[p].*part.*figure, one.figures[p].*part.*figure);
        }
      }
    }
  }
}

TEST(ParameterStatistics, ShowWhatIsNotFinite) {
  const Model<float> model = test::model_for<float>(data(), "flatten, dense 3");
  const std::vector<Block> blocks{{.count = 2, .parameter = 0}, {.count = 2, .parameter = 0}};
  ParameterStatistics<float> statistics(*model.network, blocks);
  const std::vector<float> good{1, 2};
  const std::vector<float> bad{std::numeric_limits<float>::quiet_NaN(), -5};
  const std::vector<float> huge{std::numeric_limits<float>::infinity(), 0};
  statistics.note(0, bad, good);
  statistics.note(1, good, huge);
  const std::vector<ParameterFigures> figures = statistics.figures();
  ASSERT_EQ(figures.size(), 1) << "the bias has no block";
  EXPECT_TRUE(std::isnan(figures[0].theta.lowest));
  EXPECT_TRUE(std::isnan(figures[0].theta.highest));
  EXPECT_TRUE(std::isnan(figures[0].theta.norm));
  EXPECT_EQ(figures[0].dtheta.lowest, 0);
  EXPECT_TRUE(std::isinf(figures[0].dtheta.highest));
  EXPECT_TRUE(std::isinf(figures[0].dtheta.norm));
}

}  // namespace
}  // namespace dtheta
