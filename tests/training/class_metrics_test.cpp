// Figures by class against their definitions.
#include "dtheta/training/class_metrics.hpp"

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/random.hpp"

namespace dtheta {
namespace {

TEST(ClassFigures, AreThoseOfTheConfusionMatrix) {
  const std::vector<ClassFigures> figures = class_figures({{5, 2, 1}, {0, 6, 0}, {3, 0, 3}});
  ASSERT_EQ(figures.size(), 3U);
  EXPECT_DOUBLE_EQ(figures[0].precision, 5.0 / 8);
  EXPECT_DOUBLE_EQ(figures[0].recall, 5.0 / 8);
  EXPECT_DOUBLE_EQ(figures[0].f1, 5.0 / 8);
  EXPECT_DOUBLE_EQ(figures[1].precision, 6.0 / 8);
  EXPECT_DOUBLE_EQ(figures[1].recall, 1);
  EXPECT_DOUBLE_EQ(figures[1].f1, 12.0 / 14);
  EXPECT_DOUBLE_EQ(figures[2].precision, 3.0 / 4);
  EXPECT_DOUBLE_EQ(figures[2].recall, 3.0 / 6);
  EXPECT_DOUBLE_EQ(figures[2].f1, 6.0 / 10);
  const ClassFigures mean = mean_of(figures);
  EXPECT_DOUBLE_EQ(mean.precision, (0.625 + 0.75 + 0.75) / 3);
  EXPECT_DOUBLE_EQ(mean.recall, (0.625 + 1 + 0.5) / 3);
  EXPECT_DOUBLE_EQ(mean.f1, (0.625 + 12.0 / 14 + 0.6) / 3);
}

TEST(ClassFigures, AreZeroForAClassThatIsNeitherThereNorPredicted) {
  const std::vector<ClassFigures> figures = class_figures({{2, 0}, {0, 0}});
  EXPECT_EQ(figures[0], (ClassFigures{1, 1, 1}));
  EXPECT_EQ(figures[1], ClassFigures{});
}

/// The definition: over all pairs.
double area_by_pairs(const std::vector<double>& scores, const std::vector<int>& labels) {
  double wins = 0, pairs = 0;
  for (std::size_t p = 0; p < scores.size(); ++p) {
    for (std::size_t n = 0; n < scores.size(); ++n) {
      if (labels[p] != 1 || labels[n] == 1) continue;
      wins += scores[p] > scores[n] ? 1 : (scores[p] == scores[n] ? 0.5 : 0);
      ++pairs;
    }
  }
  return wins / pairs;
}

double area_of(const std::vector<double>& scores, const std::vector<int>& labels) {
  const auto is_positive = std::make_unique<bool[]>(labels.size());
  for (std::size_t n = 0; n < labels.size(); ++n) is_positive[n] = labels[n] == 1;
  return roc_auc(scores, {is_positive.get(), labels.size()});
}

TEST(RocAuc, IsTheShareOfPairsInTheRightOrder) {
  EXPECT_EQ(area_of({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}), 0.75);  // scikit-learn's example
  EXPECT_EQ(area_of({1, 2, 3}, {0, 0, 1}), 1);
  EXPECT_EQ(area_of({1, 2, 3}, {1, 0, 0}), 0);
  EXPECT_EQ(area_of({2, 2, 2}, {1, 0, 1}), 0.5);
  Philox random(5, Purpose::input, 0, 0);
  for (int run = 0; run < 50; ++run) {
    std::vector<double> scores;
    std::vector<int> labels{0, 1};
    while (labels.size() < 30) labels.push_back(static_cast<int>(random.below(2)));
    while (scores.size() < 30) scores.push_back(static_cast<double>(random.below(8)));
    EXPECT_NEAR(area_of(scores, labels), area_by_pairs(scores, labels), 1e-14);
  }
}

TEST(RocAuc, IsNoNumberWhereThereIsNone) {
  EXPECT_TRUE(std::isnan(area_of({1, 2}, {1, 1})));
  EXPECT_TRUE(std::isnan(area_of({1, 2}, {0, 0})));
  EXPECT_TRUE(std::isnan(area_of({}, {})));
  EXPECT_TRUE(std::isnan(area_of({1, std::nan("")}, {0, 1})));
  EXPECT_EQ(area_of({-std::numeric_limits<double>::infinity(), 1}, {0, 1}), 1);
}

TEST(RocAuc, OfEachClassIsAgainstAllOthers) {
  const std::vector<float> a{0.7F, 0.2F, 0.1F, 0.3F, 0.3F, 0.4F,
                             0.1F, 0.8F, 0.1F, 0.2F, 0.1F, 0.7F};
  const std::vector<Size> truth{0, 0, 1, 2};
  const auto areas = roc_auc_by_class<float>({a.data(), {4, 3}}, truth);
  ASSERT_EQ(areas.size(), 3U);
  EXPECT_DOUBLE_EQ(areas[0], area_by_pairs({7, 3, 1, 2}, {1, 1, 0, 0}));
  EXPECT_DOUBLE_EQ(areas[1], area_by_pairs({2, 3, 8, 1}, {0, 0, 1, 0}));
  EXPECT_DOUBLE_EQ(areas[2], area_by_pairs({1, 4, 1, 7}, {0, 0, 0, 1}));
  const std::vector<float> one{0.9F, 0.2F, 0.4F, 0.1F};
  const std::vector<Size> binary{1, 0, 1, 1};
  EXPECT_EQ(roc_auc_by_class<float>({one.data(), {4, 1}}, binary),
            (std::vector<double>{2.0 / 3, 2.0 / 3}));
}

TEST(IsAmongTop, CountsTheClassesBefore) {
  const std::vector<double> row{0.1, 0.5, 0.2, 0.5};
  const auto rank_of = [&](Size truth) {
    Size k = 1;
    while (!is_among_top<double>(row, truth, k, 0)) ++k;
    return k;
  };
  EXPECT_EQ(rank_of(1), 1) << "the earlier of equals is the prediction";
  EXPECT_EQ(rank_of(3), 2);
  EXPECT_EQ(rank_of(2), 3);
  EXPECT_EQ(rank_of(0), 4);
}

TEST(IsAmongTop, OfOneOutputAsksForTheRightSide) {
  const std::vector<double> above{0.25};
  EXPECT_TRUE(is_among_top<double>(above, 1, 1, 0));
  EXPECT_FALSE(is_among_top<double>(above, 0, 1, 0));
  EXPECT_FALSE(is_among_top<double>(above, 1, 1, 0.5));
  EXPECT_TRUE(is_among_top<double>(above, 0, 2, 0));
  const std::vector<double> none{std::nan(""), 1};
  EXPECT_FALSE(is_among_top<double>(none, 0, 1, 0));
}

}  // namespace
}  // namespace dtheta
