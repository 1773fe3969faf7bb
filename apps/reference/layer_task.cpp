#include <array>
#include <string>
#include <utility>

#include "dtheta/layers/catalog.hpp"
#include "numbers.hpp"
#include "tasks.hpp"

namespace dtheta::reference {
namespace {

template <class T>
std::vector<Shape> shapes_of(const Layer<T>& layer, std::span<const Shape> inputs,
                             bool is_trained_only) {
  std::vector<Shape> shapes;
  for (const ParameterSpec& spec : layer.parameters(inputs)) {
    if (spec.is_trained || !is_trained_only) shapes.push_back(spec.shape);
  }
  return shapes;
}

/// A layer in training, the samples being a whole batch.
template <class T>
class LayerTask {
 public:
  LayerTask(const Layer<T>& layer, std::vector<Shape> samples, const Message& request, Size m)
      : layer_(layer),
        samples_(std::move(samples)),
        x_(batches(m), request.array("x")),
        dx_(batches(m)),
        y_({layer.output_shape(samples_).batch(m)}),
        dy_({layer.output_shape(samples_).batch(m)}, request.array("dy")),
        theta_(shapes_of(layer, samples_, false), request.array("theta")),
        dtheta_(shapes_of(layer, samples_, true)),
        prepared_(layer.prepared_size(samples_, true)),
        record_(layer.footprint(samples_, m).record),
        scratch_(layer.footprint(samples_, m).scratch),
        sums_(static_cast<std::size_t>(layer.batch_sums(samples_, m).forward)),
        dsums_(static_cast<std::size_t>(layer.batch_sums(samples_, m).backward)),
        context_{.is_training = true, .batch = m} {}

  void forward() {
    const auto inputs = x_.template views<const T>();
    const auto theta = theta_.template views<const T>();
    layer_.prepare(
        {.inputs = samples_, .theta = theta, .for_dinputs = true, .prepared = prepared_.span()});
    if (!sums_.empty()) {
      layer_.forward_sums({.input = inputs[0], .theta = theta, .context = context_, .sums = sums_});
    }
    layer_.forward({.inputs = inputs,
                    .output = y_.views()[0],
                    .theta = theta,
                    .prepared = prepared_.span(),
                    .record = record_.span(),
                    .scratch = scratch_.span(),
                    .context = context_,
                    .sums = sums_});
  }

  void backward() {
    const auto inputs = x_.template views<const T>();
    const auto theta = theta_.template views<const T>();
    const auto dinputs = dx_.views();
    auto dtheta = dtheta_.views();
    dtheta.resize(theta.size());  // those that are not trained come last
    if (!dsums_.empty()) {
      layer_.backward_sums({.input = inputs[0],
                            .output = y_.views()[0],
                            .doutput = dy_.views()[0],
                            .theta = theta,
                            .context = context_,
                            .sums = dsums_});
    }
    layer_.backward({.inputs = inputs,
                     .output = y_.views()[0],
                     .doutput = dy_.views()[0],
                     .dinputs = dinputs,
                     .theta = theta,
                     .prepared = prepared_.span(),
                     .dtheta = dtheta,
                     .record = record_.span(),
                     .scratch = scratch_.span(),
                     .context = context_,
                     .sums = sums_,
                     .dsums = dsums_});
  }

  Message reply() const {
    return {.arrays = {{"y", y_.numbers()}, {"dx", dx_.numbers()}, {"dtheta", dtheta_.numbers()}}};
  }

 private:
  std::vector<Shape> batches(Size m) const {
    std::vector<Shape> shapes;
    for (const Shape& sample : samples_) shapes.push_back(sample.batch(m));
    return shapes;
  }

  const Layer<T>& layer_;
  std::vector<Shape> samples_;
  Arrays<T> x_, dx_, y_, dy_, theta_, dtheta_;
  AlignedBuffer<T> prepared_, record_, scratch_;
  std::vector<double> sums_, dsums_;
  PassContext context_;
};

}  // namespace

template <std::floating_point T>
Message answer_layer(const Message& request) {
  const auto layer = make_layer<T>(parse_layer(request.settings.at("layer").get<std::string>()));
  std::vector<Shape> samples;
  Size size = 0;
  for (const auto& extents : request.settings.at("inputs")) {
    samples.push_back(shape_of(extents));
    size += samples.back().size();
  }
  LayerTask<T> task(*layer, samples, request, std::ssize(request.array("x")) / size);
  task.forward();
  task.backward();
  return task.reply();
}

template Message answer_layer<float>(const Message&);
template Message answer_layer<double>(const Message&);

}  // namespace dtheta::reference
