#include "dtheta/core/suggestion.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

TEST(Suggestion, CountsChangesOfLetters) {
  EXPECT_EQ(edit_distance("train", "train"), 0);
  EXPECT_EQ(edit_distance("trian", "train"), 1);  // a swap is one change
  EXPECT_EQ(edit_distance("trin", "train"), 1);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
}

TEST(Suggestion, NamesTheNearestOrNothing) {
  const std::vector<std::string> known{"train", "evaluate", "models"};
  EXPECT_EQ(did_you_mean("modles", known), "; did you mean 'models'?");
  EXPECT_EQ(did_you_mean("eval", known), "");
  EXPECT_EQ(did_you_mean("xyz", known), "");
  EXPECT_EQ(did_you_mean("x", {}), "");
}

}  // namespace
}  // namespace dtheta
