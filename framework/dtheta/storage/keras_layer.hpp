/// One layer of a Keras `model_config`, asked for its fields by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/core/shape.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// The member of that name; null when there is none or it is null, which Keras takes for the same.
const nlohmann::ordered_json* json_member(const nlohmann::ordered_json& object, const char* key);

/// JSON as one line fit for a message.
std::string printable_json(const nlohmann::ordered_json& json);

/// A layer of the list, with its place in it. Everything asked of it that is not of the kind wanted
/// ends in a DataError "layer 2 (Dense 'd') has units -1; wanted ...". A value.
class KerasLayer {
 public:
  /// `layer` is the list's member number `number`, from 1. Throws DataError when it has no class
  /// name and config.
  KerasLayer(const nlohmann::ordered_json& layer, std::size_t number);

  const std::string& class_name() const { return class_name_; }
  const std::string& name() const { return name_; }

  /// Throws DataError: "layer 2 (Dense 'd') " and `what`.
  [[noreturn]] void fail(std::string_view what) const;
  /// The same: "has KEY FOUND; wanted WANTED".
  [[noreturn]] void fail(const char* key, const nlohmann::ordered_json& found,
                         std::string_view wanted) const;

  /// The field, or null.
  const nlohmann::ordered_json* field(const char* key) const { return json_member(config_, key); }
  std::string word(const char* key, std::string_view otherwise) const;
  double number(const char* key, double otherwise) const;
  /// One number or a list of them.
  std::vector<double> numbers(const char* key, double otherwise) const;
  /// From 1 to 2³¹ − 1.
  Size whole(const char* key) const;
  /// The same; `otherwise` where there is none.
  Size whole(const char* key, Size otherwise) const;
  /// A list of extents, each from 1 to 2³¹ − 1.
  Shape extents(const char* key) const;
  /// One number for both or a height and a width.
  Extent2d extent(const char* key, const Extent2d& otherwise) const;
  Padding padding() const;
  /// Of an InputLayer, or of a first layer without one.
  std::optional<Shape> input_shape() const;

  void set(const char* key, std::string_view value) { config_[key] = value; }

  /// Fails unless the field is missing or has the one value that dtheta has too.
  void require(const char* key, const nlohmann::ordered_json& only) const;

 private:
  Size whole(const char* key, const nlohmann::ordered_json& found) const;
  double number(const char* key, const nlohmann::ordered_json& found) const;

  std::size_t number_;
  nlohmann::ordered_json config_;
  std::string class_name_;
  std::string name_;
};

/// A layer of a model, and what it reads.
struct KerasNode {
  KerasLayer layer;
  std::vector<std::size_t> inputs;  ///< places in the model's list; of an InputLayer none
};

/// The layers of a model, a Sequential or a Functional one, each after those it reads, the output
/// last. Throws DataError when it is neither, has more than 10,000 layers, or layers that are
/// called twice or do not lead from the one input to the one output; the layer is named.
std::vector<KerasNode> keras_graph(const nlohmann::ordered_json& model);

}  // namespace dtheta
