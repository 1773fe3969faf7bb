// What the trainer does in a step, spelled out: forward, loss, backward, θ −= η dθ.
//
// Usage: gradient_descent_by_hand
//
// The equations' numbers are those of docs/NOTATION.md.
#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

#include "dtheta/data/digits.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"

using namespace dtheta;

int main() {
  constexpr Size m = 200;
  constexpr double eta = 0.5;

  const Dataset digits = make_digits({.train = m, .test = 0}).train.value();
  const NetworkChoice choice =
      choose_network("flatten, dense 32, relu, dense 10",
                     {.sample_shape = digits.sample_shape(), .classes = digits.classes()}, "");
  Model<double> model = make_model<double>(choice.spec, choice.loss, Initializer::he, /*seed=*/1);
  model.input = default_preparation(digits.type());

  const Network<double>& network = *model.network;
  const auto loss = make_loss<double>(model.loss);
  Workspace<double> workspace(network, m, WorkspaceMode::training);
  PreparedTheta<double> theta(network, WorkspaceMode::training);
  AlignedBuffer<double> dtheta(network.theta_size());
  const std::vector<View<double>> parts =
      network.parameters(dtheta.span());  // dW, db of each layer

  // The whole batch, a^[0] and y, once: this is full-batch gradient descent.
  std::vector<Size> indices(m);
  std::iota(indices.begin(), indices.end(), 0);
  digits.gather(indices, model.input, workspace.x(m), workspace.y(m));

  for (int step = 1; step <= 20; ++step) {
    // Forward: z^[l] = a^[l−1] W^[l] + b^[l], a^[l] = g(z^[l]) from layer to layer, (2) and (3).
    theta.update(model.theta.span());
    const View<const double> z = network.forward(theta, workspace, m);

    // The sum of the samples' costs, (26), and where backward starts: dz^[L] = â − y, (36).
    const double sum = loss->forward_backward(z, workspace.y(m), workspace.doutput(m));

    // Backward: da^[l−1], dz^[l], dθ^[l] from the last layer to the first, (6) to (10).
    std::ranges::fill(dtheta.span(), 0.0);
    network.backward(theta, workspace, m, {.dtheta = parts});

    // The cost is a mean over the m samples, (4), and so is its gradient.
    for (Size i = 0; i < model.theta.size(); ++i) model.theta[i] -= eta * dtheta[i] / m;

    if (step == 1 || step % 5 == 0) std::printf("step %2d: cost %.4f\n", step, sum / m);
  }
}
