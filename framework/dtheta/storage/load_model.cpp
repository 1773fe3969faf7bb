#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/json_text.hpp"
#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/storage/model_layout.hpp"
#include "dtheta/storage/model_parts.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

void check_version(const hdf5::Reader& file) {
  const auto version = file.number(dtheta_group, model_version_attribute);
  if (version && *version > static_cast<double>(model_format_version)) {
    file.fail(dtheta_group, fmt::format("has format version {}; this dtheta reads up to {}: use a "
                                        "newer one",
                                        *version, model_format_version));
  }
}

/// The loss that the file names; none in a plain Keras file.
std::optional<std::string> named_loss(const hdf5::Reader& file) {
  const auto loss = file.text(dtheta_group, loss_attribute);
  if (loss && std::ranges::count(loss_names(), *loss) == 0) {
    file.fail(dtheta_group, fmt::format("names the loss '{}', which this dtheta does not have",
                                        printable(*loss)));
  }
  return loss;
}

/// The first loss that belongs to an output of that activation.
std::string loss_of_output(std::string_view activation) {
  const auto names = loss_names();
  const auto found = std::ranges::find(names, activation, [](std::string_view name) {
    return make_loss<double>(name)->activation();
  });
  return std::string(*found);
}

KerasNetwork read_network(const hdf5::Reader& file, const std::optional<std::string>& loss) {
  const auto config = file.text("/", model_config_attribute);
  if (!config) {
    throw DataError(fmt::format("{}: not a model: it has no {}; found:\n{}", file.path().string(),
                                model_config_attribute, file.tree()));
  }
  std::optional<std::string_view> activation;
  if (loss) activation = make_loss<double>(*loss)->activation();
  return with_context(fmt::format("{}: {}", file.path().string(), model_config_attribute),
                      [&] { return parse_keras_config(*config, activation); });
}

template <class T>
Network<T> make_network(const hdf5::Reader& file, const KerasNetwork& keras) {
  return with_context(fmt::format("{}: {}", file.path().string(), model_config_attribute), [&] {
    Network<T> network(keras.spec);
    for (const std::size_t i : keras.of_rows) {
      const Shape& sample = network.nodes()[i].output;
      if (sample.rank() == 1) continue;
      throw DataError(fmt::format("'{}' has axis 1 for samples of shape {}; wanted -1, the last",
                                  printable(keras.names[i]), sample.text()));
    }
    return network;
  });
}

/// Puts the algorithms that the file forces into its convolutions.
void read_algorithms(const hdf5::Reader& file, NetworkSpec& spec) {
  read_json(file, dtheta_group, algorithms_attribute, [&](const Json& json) {
    const auto names = json.get<std::vector<std::string>>();
    auto name = names.begin();
    for (NodeSpec& node : spec.layers) {
      auto* const conv = std::get_if<Conv2dOptions>(&node.layer);
      if (conv == nullptr) continue;
      const auto algorithm = name == names.end() ? std::nullopt : algorithm_named(*name++);
      if (!algorithm) {
        throw DataError("wanted automatic, direct, im2col or winograd for each Conv2D");
      }
      const bool is_3x3 = conv->kernel == Extent2d{3, 3} && conv->stride == Extent2d{1, 1};
      if (*algorithm == ConvAlgorithm::winograd && !is_3x3) {
        throw DataError("names winograd for a Conv2D that is not 3x3 with strides of 1");
      }
      conv->algorithm = *algorithm;
    }
    if (name != names.end()) throw DataError("names more algorithms than there are Conv2D");
  });
}

/// Puts the sizes of groups that the file gives into its batch normalizations.
void read_groups(const hdf5::Reader& file, NetworkSpec& spec) {
  read_json(file, dtheta_group, groups_attribute, [&](const Json& json) {
    const auto sizes = json.get<std::vector<Size>>();
    auto size = sizes.begin();
    for (NodeSpec& node : spec.layers) {
      auto* const normalization = std::get_if<BatchNormalizationOptions>(&node.layer);
      if (normalization == nullptr) continue;
      if (size == sizes.end()) throw DataError("wanted one number a BatchNormalization");
      normalization->group = *size++;
    }
    if (size != sizes.end()) throw DataError("has more numbers than there are BatchNormalization");
  });
}

/// Looks for the datasets of a parameter in a layer's group, at whatever depth: between the group
/// and its weights every version of Keras has other groups.
class WeightSearch {
 public:
  WeightSearch(const hdf5::Reader& file, std::string name) : file_(file), name_(std::move(name)) {}

  /// The paths of the datasets called `name` or "name:0".
  std::vector<std::string> in(const std::string& group) && {
    look_into(group, levels);
    return std::move(found_);
  }

 private:
  static constexpr int levels = 5;
  static constexpr int most_members = 1'000;  ///< groups may contain themselves, many times over

  void look_into(const std::string& group, int levels_left) {
    for (const std::string& member : file_.members(group)) {
      if (++members_ > most_members) file_.fail(group, "and its groups have too many members");
      const std::string path = group + "/" + member;
      if (file_.is_group(path)) {
        if (levels_left > 1) look_into(path, levels_left - 1);
      } else if (member == name_ || member == name_ + ":0") {
        found_.push_back(path);
      }
    }
  }

  const hdf5::Reader& file_;
  std::string name_;
  int members_ = 0;
  std::vector<std::string> found_;
};

/// The dataset of a layer's parameter.
std::string weight_path(const hdf5::Reader& file, const std::string& layer,
                        const std::string& name) {
  const std::string group = std::string(weights_group) + "/" + layer;
  const std::vector<std::string> found = WeightSearch(file, name).in(group);
  if (found.size() != 1) {
    file.fail(group, fmt::format("holds {} arrays called {}; wanted one", found.size(), name));
  }
  return found.front();
}

Precision precision_of(const hdf5::Reader& file, const std::string& weights) {
  const ElementType type = file.describe(weights).type;
  if (type == ElementType::float32) return Precision::float32;
  if (type == ElementType::float64) return Precision::float64;
  file.fail(weights, fmt::format("holds {}; wanted float32 or float64", element_name(type)));
}

/// The datasets of the network's parameters, in their order; checked for all that they must be.
template <class T>
std::vector<std::string> weight_paths(const hdf5::Reader& file, const Network<T>& network,
                                      const std::vector<std::string>& layers) {
  std::vector<std::string> paths;
  Size bytes = 0;
  for (std::size_t n = 0; n < layers.size(); ++n) {
    const Node<T>& node = network.nodes()[n];
    for (std::size_t i = 0; i < node.parameter_count; ++i) {
      const ParameterSpec& spec = network.parameters()[node.first_parameter + i].spec;
      const std::string path = weight_path(file, layers[n], spec.name);
      precision_of(file, path);
      const hdf5::ArrayInfo info = file.describe(path);
      if (info.shape != spec.shape) {
        file.fail(path, fmt::format("has the shape {}; wanted {}, as model_config says",
                                    info.shape.text(), spec.shape.text()));
      }
      bytes += info.bytes();
      paths.push_back(path);
    }
  }
  constexpr Size deflate_limit = 1032;  // several names may share one array
  if (bytes / deflate_limit > file.file_size()) {
    file.fail(weights_group, "claims more numbers than the file can hold");
  }
  return paths;
}

template <class U, class T>
void convert(std::span<const std::byte> stored, std::span<T> numbers) {
  const std::span from(reinterpret_cast<const U*>(stored.data()), stored.size() / sizeof(U));
  std::ranges::transform(from, numbers.begin(), [](U number) { return static_cast<T>(number); });
}

std::vector<std::string> unnamed_classes(std::string_view activation, Size outputs) {
  std::vector<std::string> names;
  if (activation == "linear") return names;
  const Size classes = activation == "sigmoid" && outputs == 1 ? 2 : outputs;
  for (Size k = 0; k < classes; ++k) names.push_back(std::to_string(k));
  return names;
}

/// How many classes `outputs` outputs can tell apart.
bool fits_outputs(std::size_t classes, Size outputs) {
  return classes == 0 || static_cast<Size>(classes) == outputs || (classes == 2 && outputs == 1);
}

/// How the network's `numbers` inputs are prepared.
InputPreparation read_input(const Json& json, Size numbers) {
  InputPreparation input{.scale = json.at("scale").get<double>()};
  if (!json.contains("mean") && !json.contains("std")) return input;
  input.mean = json.at("mean").get<std::vector<double>>();
  input.deviation = json.at("std").get<std::vector<double>>();
  const auto channels = static_cast<Size>(input.mean.size());
  if (channels == 0 || input.deviation.size() != input.mean.size() || numbers % channels != 0) {
    throw DataError(
        fmt::format("has {} means and {} deviations for {} inputs; wanted as many of "
                    "each, one a channel",
                    input.mean.size(), input.deviation.size(), numbers));
  }
  const bool good = std::ranges::all_of(input.mean, [](double m) { return std::isfinite(m); }) &&
                    std::ranges::all_of(input.deviation, [](double s) {
                      return std::isfinite(s) && s >= smallest_deviation;
                    });
  if (!good) throw DataError("has a mean that is not finite, or a deviation that is not above 0");
  return input;
}

template <class T>
void read_description(const hdf5::Reader& file, const KerasNetwork& keras, StoredModel<T>& stored) {
  Model<T>& model = stored.model;
  const Size outputs = model.network->output_shape().size();
  stored.knows_input = keras.input.has_value();
  model.input = keras.input.value_or(InputPreparation());
  stored.left_out = keras.left_out;
  read_json(file, dtheta_group, input_attribute, [&](const Json& json) {
    if (keras.input) throw DataError("prepares the input, which a Rescaling layer does, too");
    model.input = read_input(json, model.network->input_shape().size());
    stored.knows_input = true;
  });
  if (!std::isfinite(model.input.scale)) file.fail("/", "has an input scale that is not finite");
  // A network without weights has as many outputs as its configuration claims.
  if (outputs > file.file_size()) file.fail("/", "claims more outputs than the file has bytes");
  model.class_names = unnamed_classes(keras.activation, outputs);
  read_json(file, dtheta_group, classes_attribute, [&](const Json& json) {
    model.class_names = json.get<std::vector<std::string>>();
    if (fits_outputs(model.class_names.size(), outputs)) return;
    throw DataError(
        fmt::format("has {} classes for {} outputs", model.class_names.size(), outputs));
  });
  read_json(file, dtheta_group, recipe_attribute,
            [&](const Json& json) { stored.recipe = recipe_from_json(json); });
  read_json(file, dtheta_group, provenance_attribute, [&](const Json& json) {
    if (!json.is_object()) throw DataError("is not an object");
    stored.provenance = json;
  });
}

/// The file as HDF5. Throws as load_model.
hdf5::Reader open_model(const std::filesystem::path& path, const std::optional<Sandbox>& sandbox) {
  if (!is_keras_archive(path)) return hdf5::Reader(path, sandbox);
  throw DataError(fmt::format(
      "{}: found a zip archive, as Keras 3 writes it; wanted HDF5. In Python: "
      "keras.models.load_model('{}').save('{}')",
      path.string(), path.filename().string(), path.filename().replace_extension(".h5").string()));
}

}  // namespace

void read_json(const hdf5::Reader& file, const char* object, const char* attribute,
               const std::function<void(const Json&)>& read) {
  const auto text = file.text(object, attribute);
  if (!text) return;
  const std::string where =
      fmt::format("{}: {}, attribute {}", file.path().string(), object, attribute);
  with_context(where, [&] {
    try {
      read(parse_json(*text));
    } catch (const Json::exception& error) {
      throw DataError(printable(error.what()));
    }
  });
}

template <std::floating_point T>
void read_real_numbers(const hdf5::Reader& file, const std::string& path, std::span<T> numbers) {
  const Precision precision = precision_of(file, path);
  const AlignedBuffer<std::byte> stored = file.read_numbers(path);
  if (precision == Precision::float32) {
    convert<float>(stored.span(), numbers);
  } else {
    convert<double>(stored.span(), numbers);
  }
}

template <std::floating_point T>
StoredModel<T> read_model(const hdf5::Reader& file) {
  check_version(file);
  const auto loss = named_loss(file);
  KerasNetwork keras = read_network(file, loss);
  read_algorithms(file, keras.spec);
  read_groups(file, keras.spec);
  const auto network = std::make_shared<const Network<T>>(make_network<T>(file, keras));
  const auto paths = weight_paths(file, *network, keras.names);
  StoredModel<T> stored{.model = {.network = network,
                                  .theta = AlignedBuffer<T>(network->theta_size()),
                                  .loss = loss.value_or(loss_of_output(keras.activation)),
                                  .input = {},
                                  .class_names = {}}};
  for (std::size_t p = 0; p < paths.size(); ++p) {
    read_real_numbers(file, paths[p], network->parameter(stored.model.theta.span(), p).span());
  }
  read_description(file, keras, stored);
  return stored;
}

template <std::floating_point T>
StoredModel<T> load_model(const std::filesystem::path& path,
                          const std::optional<Sandbox>& sandbox) {
  return read_model<T>(open_model(path, sandbox));
}

Precision stored_precision(const std::filesystem::path& path,
                           const std::optional<Sandbox>& sandbox) {
  const hdf5::Reader file = open_model(path, sandbox);
  const KerasNetwork keras = read_network(file, named_loss(file));
  const Network<float> network = make_network<float>(file, keras);
  const Parameter& first = network.parameters().front();
  const auto node = std::ranges::find_if(
      network.nodes(), [](const Node<float>& each) { return each.parameter_count > 0; });
  const auto number = static_cast<std::size_t>(node - network.nodes().begin());
  return precision_of(file, weight_path(file, keras.names[number], first.spec.name));
}

bool is_model_file(const std::filesystem::path& path, const std::optional<Sandbox>& sandbox) {
  if (!hdf5::Reader::recognises(path)) return false;
  return hdf5::Reader(path, sandbox).text("/", model_config_attribute).has_value();
}

bool is_keras_archive(const std::filesystem::path& path) {
  std::array<char, 4> first{};
  std::ifstream(path, std::ios::binary).read(first.data(), first.size());
  return std::string_view(first.data(), first.size()) == "PK\x03\x04";
}

template void read_real_numbers(const hdf5::Reader&, const std::string&, std::span<float>);
template void read_real_numbers(const hdf5::Reader&, const std::string&, std::span<double>);
template StoredModel<float> read_model(const hdf5::Reader&);
template StoredModel<double> read_model(const hdf5::Reader&);
template StoredModel<float> load_model(const std::filesystem::path&, const std::optional<Sandbox>&);
template StoredModel<double> load_model(const std::filesystem::path&,
                                        const std::optional<Sandbox>&);

}  // namespace dtheta
