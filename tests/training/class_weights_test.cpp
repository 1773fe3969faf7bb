#include "dtheta/training/class_weights.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

/// Labels 0 0 0 1 1 2; class 3 has no sample.
Dataset data() {
  return {ElementType::uint8,
          {1},
          AlignedBuffer<std::byte>(6),
          {0, 0, 0, 1, 1, 2},
          {"cat", "3", "a:b", "dog"}};
}

std::vector<double> weights(const std::string& text) {
  return class_weights_of(text, data(), test::all_samples(data()));
}

TEST(ClassWeights, AreReadByNameAndNumber) {
  EXPECT_EQ(weights("0:0.5, 2:2e1"), (std::vector<double>{0.5, 1, 20, 1}));
  EXPECT_EQ(weights("cat:3,dog : 4"), (std::vector<double>{3, 1, 1, 4}));
  EXPECT_EQ(weights("3:7"), (std::vector<double>{1, 7, 1, 1})) << "a name goes first";
  EXPECT_EQ(weights("a:b:2"), (std::vector<double>{1, 1, 2, 1}));
  EXPECT_TRUE(weights(" ").empty());
}

TEST(ClassWeights, BalancedCountEveryClassAlike) {
  EXPECT_EQ(weights("balanced"), (std::vector<double>{0.5, 0.75, 1.5, 0}));
  const std::vector<Size> some{0, 3, 4};
  EXPECT_EQ(class_weights_of("balanced", data(), some), (std::vector<double>{0.75, 0.375, 0, 0}));
}

TEST(ClassWeights, AreSpeltOneWay) {
  EXPECT_EQ(spelt_class_weights(" 0:1.50 ,dog: 2"), "0:1.5, dog:2");
  EXPECT_EQ(spelt_class_weights(" balanced "), "balanced");
  EXPECT_EQ(spelt_class_weights(""), "");
}

TEST(ClassWeights, SayWhatIsWrong) {
  const auto message = [](const std::string& text) {
    return message_of<UsageError>([&] { weights(text); });
  };
  for (const char* text : {"5", "0:", ":1", "0:x", "0:-1", "0:inf", "0:nan", "0:1,", "0:1 2"}) {
    EXPECT_TRUE(contains(message(text), "wanted entries such as '0:1, 1:5', or balanced")) << text;
  }
  EXPECT_TRUE(contains(message("4:1"), "no class '4'; wanted a name or a number from 0 to 3"));
  EXPECT_TRUE(contains(message("cow:1"), "no class 'cow'"));
  EXPECT_TRUE(contains(message("0:1, cat:2"), "the class 'cat' comes twice"));
  EXPECT_TRUE(contains(message("cat:0, 3:0, 2:0, dog:0"), "all are 0"));
  const Dataset values = test::random_values(5, {2}, 1);
  EXPECT_THROW(class_weights_of("balanced", values, test::all_samples(values)), UsageError);
}

}  // namespace
}  // namespace dtheta
