#include "dtheta/model/network.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

NetworkSpec spec_of(std::string_view text) {
  const LayerList list = parse_layer_list(text);
  return {.input = *list.input, .layers = list.layers};
}

constexpr std::string_view every_layer =
    "input 9x8x2, conv 3 3x2 same, tanh, avgpool 2, conv 4 2x2, leaky_relu 0.1, sigmoid, "
    "maxpool 2 stride 1, flatten, dense 7, tanh, dense 3";

void fill(View<double> numbers, Philox& random) {
  for (double& number : numbers.span()) number = random.normal();
}

TEST(Network, PlansShapesNamesAndParameters) {
  const Network<float> network(
      spec_of("input 28x28x1, conv 6 5x5, relu, maxpool 2, flatten, dense 10"));
  ASSERT_EQ(network.nodes().size(), 4U);
  EXPECT_EQ(network.nodes()[0].name, "conv_1");
  EXPECT_EQ(network.nodes()[1].output, (Shape{12, 12, 6}));
  EXPECT_EQ(network.output_shape(), Shape{10});
  ASSERT_EQ(network.parameters().size(), 4U);
  EXPECT_EQ(network.parameters()[0].name, "conv_1/kernel");
  EXPECT_EQ(network.parameters()[3].name, "dense_1/bias");
  EXPECT_EQ(network.parameter_count(), 5 * 5 * 6 + 6 + 864 * 10 + 10);
  for (const Parameter& p : network.parameters()) EXPECT_EQ(p.offset % 16, 0) << p.name;
  EXPECT_GE(network.theta_size(), network.parameter_count());
}

TEST(Network, NamesTheLayerThatDoesNotFit) {
  try {
    Network<float> network(spec_of("input 8x8x1, conv 2 3x3, conv 2 9x9, flatten, dense 2"));
    FAIL() << "a 9x9 kernel does not fit 6x6";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("layer 2 ('conv 2 9x9', input 6x6x2)"),
              std::string::npos)
        << error.what();
  }
  EXPECT_THROW(Network<float>(spec_of("input 8x8x1, conv 2 3x3")), UsageError);
  EXPECT_THROW(Network<float>(spec_of("input 8, relu")), UsageError);
}

/// Loss of the whole network at θ for one fixed batch.
class WholeNetwork {
 public:
  explicit WholeNetwork(std::string_view text)
      : model_(
            make_model<double>(spec_of(text), "categorical_crossentropy", Initializer::glorot, 3)),
        theta_(*model_.network, WorkspaceMode::training),
        workspace_(*model_.network, samples, WorkspaceMode::training),
        loss_(make_loss<double>(model_.loss)) {
    Philox random(1, Purpose::input, 0, 0);
    fill(workspace_.x(samples), random);
    for (Size n = 0; n < samples; ++n) workspace_.y(samples)[n * 3 + random.below(3)] = 1;
  }

  double loss() {
    theta_.update(model_.theta.span());
    const auto z = model_.network->forward(theta_, workspace_, samples);
    return loss_->value(z, workspace_.y(samples));
  }

  AlignedBuffer<double> gradient() {
    AlignedBuffer<double> dtheta(model_.network->theta_size());
    theta_.update(model_.theta.span());
    const auto z = model_.network->forward(theta_, workspace_, samples);
    loss_->forward_backward(z, workspace_.y(samples), workspace_.doutput(samples));
    model_.network->backward(theta_, workspace_, samples,
                             {.dtheta = model_.network->parameters(dtheta.span())});
    return dtheta;
  }

  Model<double>& model() { return model_; }

 private:
  static constexpr Size samples = 3;
  Model<double> model_;
  PreparedTheta<double> theta_;
  Workspace<double> workspace_;
  std::unique_ptr<Loss<double>> loss_;
};

void expect_matches_central_differences(WholeNetwork& net, const AlignedBuffer<double>& dtheta) {
  constexpr double h = 1e-5;
  double worst = 0, largest = 0;
  for (const Parameter& p : net.model().network->parameters()) {
    if (!p.is_trained) continue;
    for (Size i = p.offset; i < p.offset + p.spec.shape.size(); ++i) {
      double& number = net.model().theta[i];
      const double saved = number;
      number = saved + h;
      const double above = net.loss();
      number = saved - h;
      const double below = net.loss();
      number = saved;
      const double numeric = (above - below) / (2 * h);
      worst = std::max(worst, std::abs(numeric - dtheta[i]));
      largest = std::max(largest, std::abs(numeric));
    }
  }
  EXPECT_GT(largest, 0.01);
  EXPECT_LT(worst / largest, 1e-6);
}

TEST(Network, GradientOfTheWholeMatchesCentralDifferences) {
  WholeNetwork net(every_layer);
  expect_matches_central_differences(net, net.gradient());
}

/// Skips, joins, a source read three times, a view that is read twice, whole-batch statistics.
constexpr std::string_view graph =
    "input 6x5x2, conv 3 3x3 same as a, batchnorm tanh as b, conv 3 3x3 same, add a b sigmoid as "
    "c, "
    "concatenate a b as d, avgpool 2, flatten as f, dense 54 tanh, add f f, concatenate f, "
    "batchnorm group 2, dense 3";

TEST(Network, GradientOfAGraphMatchesCentralDifferences) {
  WholeNetwork net(graph);
  const AlignedBuffer<double> dtheta = net.gradient();
  expect_matches_central_differences(net, dtheta);
}

TEST(Network, FrozenLayersGetNoGradientAndPassItOn) {
  const std::string text =
      "input 6x5x2, conv 3 3x3 same tanh, conv 4 3x3 tanh frozen, flatten, dense 7 tanh frozen, "
      "dense 3";
  WholeNetwork net(text);
  const Network<double>& network = *net.model().network;
  EXPECT_EQ(network.trained_count(), 3 * 9 * 2 + 3 + 7 * 3 + 3);
  const AlignedBuffer<double> dtheta = net.gradient();
  for (std::size_t p = 0; p < network.parameters().size(); ++p) {
    if (network.parameters()[p].is_trained) continue;
    for (const double number : network.parameter(dtheta.span(), p).span()) EXPECT_EQ(number, 0);
  }
  expect_matches_central_differences(net, dtheta);
}

TEST(Network, BackwardEndsWhereNothingBeforeIsTrained) {
  const Network<float> network(spec_of(
      "input 6, dense 5 frozen as base, dense 4 as a, dense 4 frozen from base, add a, dense 2"));
  std::vector<bool> needed;
  for (const auto& node : network.nodes()) needed.push_back(node.needs_gradient);
  EXPECT_EQ(needed, (std::vector<bool>{false, true, false, true, true}));
  EXPECT_FALSE(network.wants_dinputs(1));
  EXPECT_TRUE(network.wants_dinputs(3));
}

TEST(Network, RefusesGraphsThatLeadNowhere) {
  const auto complaint = [](std::string_view text) {
    return test::message_of<UsageError>([&] { Network<float>{spec_of(text)}; });
  };
  EXPECT_EQ(complaint("input 6, dense 4 as a, dense 4 from input, dense 2"),
            "no layer reads a: every layer but the last has to be read");
  EXPECT_EQ(complaint("input 6, dense 4 as a, dense 5, add a, dense 2"),
            "layer 3 ('add', input 5 and 4): found inputs of shape 5 and 4; wanted one shape for "
            "all");
  EXPECT_EQ(
      complaint("input 6x6x1, conv 2 3x3 as a, conv 2 3x3, concatenate a, flatten, dense 2"),
      "layer 3 ('concatenate', input 2x2x2 and 4x4x2): found inputs of shape 2x2x2 and 4x4x2; "
      "wanted shapes that differ in the last axis only");
  EXPECT_EQ(complaint("input 6, dense 4, add, dense 2").substr(0, 49),
            "layer 2 ('add', input 4): found one input; wanted");
}

TEST(Network, InferenceGivesTheBitsOfTraining) {
  const auto model =
      make_model<float>(spec_of(every_layer), "categorical_crossentropy", Initializer::he, 5);
  Workspace<float> training(*model.network, 4, WorkspaceMode::training);
  Workspace<float> inference(*model.network, 4, WorkspaceMode::inference);
  EXPECT_LT(inference.bytes(), training.bytes());
  Philox random(2, Purpose::input, 0, 0);
  for (float& x : training.x(4).span()) x = static_cast<float>(random.normal());
  std::ranges::copy(training.x(4).span(), inference.x(4).data());
  PreparedTheta<float> for_training(*model.network, WorkspaceMode::training);
  PreparedTheta<float> for_inference(*model.network, WorkspaceMode::inference);
  EXPECT_LT(for_inference.bytes(), for_training.bytes());
  for_training.update(model.theta.span());
  for_inference.update(model.theta.span());
  const auto a = model.network->forward(for_training, training, 4);
  const auto b = model.network->forward(for_inference, inference, 4);
  EXPECT_TRUE(std::ranges::equal(a.span(), b.span()));
}

}  // namespace
}  // namespace dtheta
