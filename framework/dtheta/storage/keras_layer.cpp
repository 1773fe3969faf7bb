#include "dtheta/storage/keras_layer.hpp"

#include <limits>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {

using Json = nlohmann::ordered_json;

const Json* json_member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string printable_json(const Json& json) {
  return printable(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

KerasLayer::KerasLayer(const Json& layer, std::size_t number) : number_(number) {
  const Json* const class_name = json_member(layer, "class_name");
  const Json* const config = json_member(layer, "config");
  if (class_name == nullptr || !class_name->is_string() || config == nullptr) {
    throw DataError(
        fmt::format("layer {} has no class_name and config: {}", number, printable_json(layer)));
  }
  class_name_ = class_name->get<std::string>();
  config_ = *config;
  name_ = word("name", "");
}

void KerasLayer::fail(std::string_view what) const {
  throw DataError(fmt::format("layer {} ({} '{}') {}", number_, printable(class_name_),
                              printable(name_), what));
}

void KerasLayer::fail(const char* key, const Json& found, std::string_view wanted) const {
  fail(fmt::format("has {} {}; wanted {}", key, printable_json(found), wanted));
}

std::string KerasLayer::word(const char* key, std::string_view otherwise) const {
  const Json* const found = field(key);
  if (found == nullptr) return std::string(otherwise);
  if (!found->is_string()) fail(key, *found, "a word");
  return found->get<std::string>();
}

double KerasLayer::number(const char* key, const Json& found) const {
  if (!found.is_number()) fail(key, found, "a number");
  return found.get<double>();
}

double KerasLayer::number(const char* key, double otherwise) const {
  const Json* const found = field(key);
  return found == nullptr ? otherwise : number(key, *found);
}

std::vector<double> KerasLayer::numbers(const char* key, double otherwise) const {
  const Json* const found = field(key);
  if (found == nullptr || !found->is_array()) return {number(key, otherwise)};
  std::vector<double> numbers;
  for (const Json& each : *found) numbers.push_back(number(key, each));
  return numbers;
}

Size KerasLayer::whole(const char* key, const Json& found) const {
  constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
  if (!found.is_number_unsigned() || found.get<std::uint64_t>() < 1 ||
      found.get<std::uint64_t>() > most) {
    fail(key, found, "a whole number from 1 to 2^31 - 1");
  }
  return found.get<Size>();
}

Size KerasLayer::whole(const char* key) const {
  const Json* const found = field(key);
  if (found == nullptr) fail(fmt::format("has no {}", key));
  return whole(key, *found);
}

Size KerasLayer::whole(const char* key, Size otherwise) const {
  const Json* const found = field(key);
  return found == nullptr ? otherwise : whole(key, *found);
}

Shape KerasLayer::extents(const char* key) const {
  const Json* const found = field(key);
  if (found == nullptr) fail(fmt::format("has no {}", key));
  if (!found->is_array() || found->empty() || found->size() >= Shape::max_rank) {
    fail(key, *found, "1 to 4 extents");
  }
  std::vector<Size> extents;
  for (const Json& extent : *found) extents.push_back(whole(key, extent));
  return Shape(extents);
}

Extent2d KerasLayer::extent(const char* key, const Extent2d& otherwise) const {
  const Json* const found = field(key);
  if (found == nullptr) return otherwise;
  if (found->is_number()) return {whole(key, *found), whole(key, *found)};
  if (!found->is_array() || found->size() != 2) fail(key, *found, "a height and a width");
  return {whole(key, (*found)[0]), whole(key, (*found)[1])};
}

Padding KerasLayer::padding() const {
  const std::string found = word("padding", "valid");
  if (found == "valid") return Padding::valid;
  if (found != "same") fail("padding", found, "valid or same");
  return Padding::same;
}

std::optional<Shape> KerasLayer::input_shape() const {
  const Json* shape = field("batch_input_shape");      // Keras 2
  if (shape == nullptr) shape = field("batch_shape");  // Keras 3
  if (shape == nullptr) return std::nullopt;
  if (!shape->is_array() || shape->size() < 2 || shape->size() > Shape::max_rank) {
    fail("the input shape", *shape, "the batch and 1 to 4 extents");
  }
  std::vector<Size> extents;
  for (std::size_t axis = 1; axis < shape->size(); ++axis) {
    extents.push_back(whole("the input shape", (*shape)[axis]));
  }
  return Shape(extents);
}

void KerasLayer::require(const char* key, const Json& only) const {
  const Json* const found = field(key);
  if (found != nullptr && *found != only) fail(key, *found, printable_json(only));
}

}  // namespace dtheta
