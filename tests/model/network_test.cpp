#include "dtheta/model/network.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"

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

TEST(Network, GradientOfTheWholeMatchesCentralDifferences) {
  WholeNetwork net(every_layer);
  const AlignedBuffer<double> dtheta = net.gradient();
  constexpr double h = 1e-5;
  double worst = 0, largest = 0;
  for (const Parameter& p : net.model().network->parameters()) {
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
