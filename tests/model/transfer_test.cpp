#include "dtheta/model/transfer.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

NetworkSpec spec_of(std::string_view text) {
  const LayerList list = parse_layer_list(text);
  return {.input = *list.input, .layers = list.layers};
}

constexpr std::string_view small =
    "input 6x6x1, conv 2 3x3 relu, conv 3 3x3 as deep, batchnorm, flatten, dense 5 relu, dense 4";

std::vector<bool> frozen(std::string_view layers) {
  std::vector<bool> flags;
  for (const NodeSpec& node : with_frozen(spec_of(small), layers).layers) {
    flags.push_back(node.is_frozen);
  }
  return flags;
}

TEST(Freeze, TakesNamesBeginningsAndRanges) {
  using Flags = std::vector<bool>;
  EXPECT_EQ(frozen("none"), (Flags{false, false, false, false, false, false}));
  EXPECT_EQ(frozen("conv_1, dense_1"), (Flags{true, false, false, false, true, false}));
  EXPECT_EQ(frozen("d*"), (Flags{false, true, false, false, true, true}));
  EXPECT_EQ(frozen("..flatten_1"), (Flags{true, true, true, false, false, false}));
  EXPECT_EQ(frozen(" .. deep , dense_2 "), (Flags{true, true, false, false, false, true}));
}

TEST(Freeze, ReplacesWhatWasFrozen) {
  const NetworkSpec spec = with_frozen(spec_of(small), "conv_1");
  EXPECT_EQ(with_frozen(spec, "none"), spec_of(small));
}

TEST(Freeze, RefusesWhatNamesNothingOrAll) {
  const auto complaint = [](std::string_view layers) {
    return message_of<UsageError>([&] { with_frozen(spec_of(small), layers); });
  };
  EXPECT_EQ(complaint("conv_2"),
            "--freeze conv_2: no layer with parameters is called so; there are conv_1, deep, "
            "batchnorm_1, dense_1, dense_2");
  EXPECT_TRUE(contains(complaint("flatten_1"), "no layer with parameters is called so"));
  EXPECT_TRUE(contains(complaint("..nowhere"), "no layer with parameters is called so"));
  EXPECT_EQ(complaint("*"), "--freeze * leaves no layer to train");
}

TEST(Head, ReplacesTheLastLayerWithParametersAndWhatFollows) {
  EXPECT_EQ(trunk_length(spec_of(small)), 5U);
  EXPECT_EQ(
      layer_list_text(with_head(spec_of(small), "dense 8 as a, relu, dense 8, add a, dense 2")),
      "input 6x6x1, conv 2 3x3 relu, conv 3 3x3 as deep, batchnorm, flatten, dense 5 relu, "
      "dense 8 as a, relu, dense 8 as dense_3, add from dense_3 a, dense 2");
  // The head's input is the trunk's output, a second head layer may read it again.
  EXPECT_EQ(layer_list_text(with_head(spec_of("input 4, dense 3, relu, dense 2, tanh"),
                                      "dense 3, add input, dense 2")),
            "input 4, dense 3 relu as dense_1, dense 3 as dense_2, add from dense_2 dense_1, dense "
            "2");
}

TEST(Head, KeepsTheTrunksNumbersAndDrawsItsOwn) {
  const Model<float> old =
      make_model<float>(spec_of(small), "categorical_crossentropy", Initializer::he, 1);
  const Model<float> grown =
      with_new_head(old, with_head(old.network->spec(), "dense 4"), Initializer::he, 2);
  const Model<float> fresh =
      make_model<float>(spec_of(small), "categorical_crossentropy", Initializer::he, 2);
  ASSERT_EQ(grown.network->spec(), old.network->spec());
  for (std::size_t p = 0; p < old.network->parameters().size(); ++p) {
    const bool is_head = old.network->parameters()[p].name.starts_with("dense_2");
    const Model<float>& wanted = is_head ? fresh : old;
    EXPECT_TRUE(std::ranges::equal(grown.network->parameter(grown.theta.span(), p).span(),
                                   wanted.network->parameter(wanted.theta.span(), p).span()))
        << old.network->parameters()[p].name;
  }
}

TEST(Head, RefusesWhatDoesNotFit) {
  EXPECT_THROW(with_head(spec_of(small), "input 5, dense 2"), UsageError);
  const NetworkSpec joined =
      spec_of("input 4, dense 4 as a, dense 4, add a as b, dense 3 as c, dense 3 from a, add c");
  EXPECT_EQ(message_of<UsageError>([&] { with_head(joined, "dense 3"); }),
            "--head: dense_4, the last layer with parameters, reads others than the one before it; "
            "give the whole network as a layer list");
}

}  // namespace
}  // namespace dtheta
