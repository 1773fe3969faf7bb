#include "tasks.hpp"

#include <stdexcept>
#include <string>

#include "dtheta/losses/loss.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/optimizers/schedule.hpp"
#include "numbers.hpp"

namespace dtheta::reference {
namespace {

template <class T>
Message answer_loss(const Message& request) {
  const auto loss = make_loss<T>(request.settings.at("loss").get<std::string>());
  AlignedBuffer<T> z = buffer_of<T>(request.array("z")), y = buffer_of<T>(request.array("y"));
  const Size k = request.settings.at("width");
  const Shape shape{z.size() / k, k};
  if (y.size() != z.size()) throw std::runtime_error("y is not as z");
  AlignedBuffer<T> dz(z.size()), predictions(z.size());
  const View<const T> logits(z.data(), shape), targets(y.data(), shape);
  const double value = loss->forward_backward(logits, targets, View<T>(dz.data(), shape));
  loss->predict(logits, View<T>(predictions.data(), shape));
  return {.arrays = {{"value", {value}},
                     {"dz", numbers_of<T>(dz.span())},
                     {"predictions", numbers_of<T>(predictions.span())}}};
}

template <class T>
Message answer_in(const Message& request) {
  const std::string task = request.settings.at("task");
  if (task == "layer") return answer_layer<T>(request);
  if (task == "loss") return answer_loss<T>(request);
  if (task == "training") return answer_training<T>(request);
  throw std::runtime_error("the task " + task + " is none");
}

}  // namespace

Message answer(const Message& request) {
  if (request.settings.at("task") == "names") {
    return {.settings = {{"optimizers", optimizer_names()},
                         {"schedules", schedule_names()},
                         {"losses", loss_names()}}};
  }
  return request.settings.at("precision") == "float32" ? answer_in<float>(request)
                                                       : answer_in<double>(request);
}

}  // namespace dtheta::reference
